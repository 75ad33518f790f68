import assert from 'node:assert/strict'
import { test } from 'node:test'
import { descriptor } from './descriptor.ts'
import { digestOf } from './digest.ts'
import { OCI_MANIFEST } from './media-type.ts'
import { formatPlatform, hostPlatform, normalizePlatform, parsePlatform } from './platform.ts'
import { matchingManifests, platformMatches, selectPlatform } from './platform-match.ts'

const AMD64 = hostPlatform('x64')
const ARM64 = hostPlatform('arm64')

test('the host is named as Go names it', () => {
  assert.equal(formatPlatform(AMD64), 'linux/amd64')
  assert.equal(formatPlatform(ARM64), 'linux/arm64/v8')
  assert.equal(formatPlatform(hostPlatform('arm')), 'linux/arm/v7')
  assert.equal(formatPlatform(hostPlatform('ppc64')), 'linux/ppc64')
})

test('platforms are parsed with the variant that was meant', () => {
  const table: [string, string][] = [
    ['linux', 'linux/amd64'],
    ['Darwin', 'darwin/amd64'],
    ['macos/aarch64', 'darwin/arm64'],
    ['arm64', 'linux/arm64'],
    ['x86_64', 'linux/amd64'],
    ['linux/x86-64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/arm64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64/v8'],
    ['linux/aarch64/8', 'linux/arm64/v8'],
    ['linux/arm', 'linux/arm'],
    ['linux/arm/7', 'linux/arm/v7'],
    ['linux/armhf', 'linux/arm'],
    ['armel', 'linux/arm/v6'],
    ['linux/i386', 'linux/386'],
    ['windows(10.0.17763+win32k)/amd64', 'windows(10.0.17763+win32k)/amd64'],
  ]
  for (const [text, formatted] of table) assert.equal(formatPlatform(parsePlatform(text, AMD64)), formatted, text)
})

test('what is no platform is refused in containerd’s words', () => {
  const table: [string, RegExp][] = [
    ['linux/*', /^"linux\/\*": wildcards not yet supported: invalid argument$/],
    ['nonsense', /^"nonsense": unknown operating system or architecture: invalid argument$/],
    ['a/b/c/d', /^"a\/b\/c\/d": cannot parse platform specifier: invalid argument$/],
    ['linux/', /^"" is an invalid component of "linux\/"/],
    ['', /^"" is an invalid component of ""/],
    ['li nux/amd64', /^"li nux" is an invalid component/],
    ['linux/amd64/v1\n', /^"v1\\x0a" is an invalid component/],
  ]
  for (const [text, message] of table) {
    assert.throws(() => parsePlatform(text, AMD64), { message, kind: 'invalid-argument' }, text)
  }
})

test('normal form', () => {
  const normal = (text: string) => formatPlatform(normalizePlatform(parsePlatform(text, AMD64)))
  assert.equal(normal('linux/arm64/v8'), 'linux/arm64')
  assert.equal(normal('linux/arm'), 'linux/arm/v7')
  assert.equal(normal('linux/arm64/9.0'), 'linux/arm64/v9')
})

function manifest(platform: string | undefined) {
  const plain = descriptor(OCI_MANIFEST, digestOf(platform ?? ''), 1)
  if (platform === undefined) return plain
  const [os = '', architecture = '', variant = ''] = platform.split('/')
  return { ...plain, platform: { os, architecture, variant, osVersion: '', osFeatures: [] } }
}

function order(wanted: string, ...offered: (string | undefined)[]): string[] {
  return matchingManifests(offered.map(manifest), parsePlatform(wanted, AMD64)).map(({ platform }) =>
    platform === undefined ? '-' : formatPlatform(platform),
  )
}

test('the best match comes first, in containerd’s order', () => {
  assert.deepEqual(order('linux/amd64', 'linux/386', undefined, 'linux/arm64', 'linux/amd64', 'unknown/unknown'), [
    'linux/amd64',
    'linux/386',
    '-',
  ])
  assert.deepEqual(order('linux/amd64/v3', 'linux/amd64/v4', 'linux/amd64', 'linux/amd64/v3', 'linux/amd64/v2'), [
    'linux/amd64/v3',
    'linux/amd64/v2',
    'linux/amd64',
  ])
  assert.deepEqual(order('linux/arm/v7', 'linux/arm/v5', 'linux/arm/v8', 'linux/arm', 'linux/arm/v6'), [
    'linux/arm',
    'linux/arm/v6',
    'linux/arm/v5',
  ])
  assert.deepEqual(order('linux/arm64', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm64/v8', 'linux/arm64/v9'), [
    'linux/arm64/v8',
    'linux/arm/v7',
    'linux/arm/v6',
  ])
  assert.deepEqual(order('linux/arm64/v9.1', 'linux/arm64', 'linux/arm64/v8.6', 'linux/arm64/v8.7', 'linux/arm64/v9'), [
    'linux/arm64/v9',
    'linux/arm64/v8.6',
    'linux/arm64',
  ])
  assert.deepEqual(order('linux/s390x', 'linux/amd64', 'windows/s390x'), [])
  assert.deepEqual(order('linux/arm/v999999999', 'linux/arm/v7'), [])
})

test('a feature that is not offered excludes, of two that fit the more special one wins', () => {
  const windows = parsePlatform('windows(10.0.17763.1+hyper)/amd64', AMD64)
  const offer = (osVersion: string, ...osFeatures: string[]) => ({
    ...manifest('windows/amd64'),
    platform: { ...windows, osVersion, osFeatures },
  })
  const plain = offer('10.0.17763.5')
  const special = offer('10.0.17763.9', 'hyper', 'win32k')
  assert.deepEqual(
    matchingManifests([plain, offer('10.0.20348.1'), offer('10.0.17763.1', 'other'), special], windows),
    [special, plain],
  )
})

test('no match is told in Docker’s words, with what there is', () => {
  const offered = [manifest('linux/amd64'), manifest('linux/s390x'), manifest('unknown/unknown')]
  assert.throws(() => selectPlatform(offered, ARM64), {
    kind: 'not-found',
    message: 'no matching manifest for linux/arm64/v8 in the manifest list entries',
    fix: 'the image is there for linux/amd64, linux/s390x: choose one with --platform',
  })
  assert.equal(selectPlatform(offered, AMD64), offered[0])
  assert.equal(platformMatches(parsePlatform('linux/arm/v6'), ARM64), true)
  assert.equal(platformMatches(parsePlatform('linux/arm64'), AMD64), false)
})
