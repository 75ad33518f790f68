import type { Environment } from '#client'
import { Failure } from '../failure.ts'
import { string } from '../flags/kinds.ts'
import { own } from '../flags/own.ts'

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'dragonfly',
  'freebsd',
  'illumos',
  'ios',
  'js',
  'linux',
  'netbsd',
  'openbsd',
  'plan9',
  'solaris',
  'wasip1',
  'windows',
]
const ARCHITECTURES = [
  '386',
  'amd64',
  'arm',
  'arm64',
  'loong64',
  'mips',
  'mips64',
  'mips64le',
  'mipsle',
  'ppc64',
  'ppc64le',
  'riscv64',
  's390x',
  'wasm',
]
const OTHER_NAMES: Readonly<Record<string, readonly [string, string?]>> = {
  i386: ['386'],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
}

/** `--platform`, whose default is in the environment. */
export const platformFlag = string('Set platform if server is multi-platform capable', {
  values: ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/386', 'linux/ppc64le', 'linux/riscv64', 'linux/s390x'],
})

export function platformOf(flag: string, given: boolean, env: Environment): string {
  return given ? flag : (env['DOCKER_DEFAULT_PLATFORM'] ?? '')
}

/**
 * `linux/arm64/v8` as the JSON that the engine wants where one image of several is meant. An operating system or an
 * architecture may stand alone; the other is then Linux, or this computer's.
 */
export function platformJson(text: string): string {
  const parts = text.toLowerCase().split('/')
  const [first = '', second, third] = parts
  if (parts.length > 3 || !parts.every(part => /^[\w.-]+$/.test(part))) throw invalid(text)
  if (second !== undefined) return json(first, second, third)
  if (SYSTEMS.includes(first)) return json(first, process.arch === 'x64' ? 'amd64' : process.arch, undefined)
  if (ARCHITECTURES.includes(first) || own(OTHER_NAMES, first) !== undefined) return json('linux', first, undefined)
  throw invalid(text)
}

function json(os: string, name: string, given: string | undefined): string {
  const [architecture, usual] = own(OTHER_NAMES, name) ?? [name]
  const variant = architecture === 'arm64' && given === 'v8' ? undefined : (given ?? usual)
  return JSON.stringify({ architecture, os, ...(variant === undefined ? {} : { variant }) })
}

function invalid(text: string): Failure {
  return new Failure(
    `invalid platform: ${JSON.stringify(text)}: unknown operating system or architecture: invalid argument`,
  )
}
