/**
 * `manifest`: Docker's own command and ours do the same steps against a reference registry, each with a folder of its
 * own; what they print, what they keep and what they push is the same, byte by byte.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Digest } from '#oci'
import { missingPrograms, type RunningRegistry, startDockerRegistry } from '../support/docker-registry.ts'
import { clientEnvironment, GANTRY } from '../support/engine.ts'
import { DOCKER, OCI, pushMultiPlatform } from '../support/multi-platform.ts'
import { type Finished, run } from '../support/process.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { normalised } from './normal.ts'
import { onPath } from './peer.ts'

const docker = onPath('docker') ?? ''
const skip = docker === '' ? 'needs docker' : missingPrograms('docker-registry')

describe('manifests and lists of them', { skip, timeout: 120_000 }, () => {
  let folder = ''
  let registry: RunningRegistry

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gantry-manifest-test-'))
    registry = await startDockerRegistry(folder)
    await pushMultiPlatform(registry.host, 'oci', OCI)
    await pushMultiPlatform(registry.host, 'dk', DOCKER)
  })

  after(async () => {
    await registry.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** In `text` R is the registry, OWN a repository of the one that runs it. */
  function call(who: 'docker' | 'gantry', text: string, config: string = who): Promise<Finished> {
    const args = text.split(' ').map(word => word.replace(/^R\//, `${registry.host}/`).replace('/OWN', `/for-${who}`))
    const env = { ...clientEnvironment(), DOCKER_CONFIG: join(folder, config) }
    return run(who === 'docker' ? docker : GANTRY, ['manifest', ...args], { env })
  }

  /** All that is kept, by the names of the files. */
  function kept(who: string): Record<string, string> {
    const root = join(folder, who, 'manifests')
    const files = readdirSync(root, { withFileTypes: true, recursive: true }).filter(file => file.isFile())
    return Object.fromEntries(
      files.map(({ parentPath, name }) => [
        join(parentPath, name).slice(root.length).replaceAll(`for-${who}`, 'OWN'),
        readFileSync(join(parentPath, name), 'utf8').trim().replaceAll(`for-${who}`, 'OWN'),
      ]),
    )
  }

  async function same(text: string, code: number, words: RegExp = /./): Promise<void> {
    const shown = async (who: 'docker' | 'gantry') => {
      const done = await call(who, text)
      const clean = (output: string) => output.replaceAll(`for-${who}`, 'OWN')
      return normalised({ stdout: clean(done.stdout), stderr: clean(done.stderr), code: done.code ?? -1 }, [])
    }
    const [theirs, ours] = [await shown('docker'), await shown('gantry')]
    assert.deepEqual(ours, theirs, text)
    assert.equal(ours.code, code, `${text}: ${ours.stderr}`)
    assert.match(ours.stdout + ours.stderr, words, text)
  }

  for (const family of ['oci', 'dk']) {
    test(`what a registry has: ${family}`, async () => {
      for (const tag of ['amd', 'arm', 'bare', 'list', 'rich']) {
        await same(`inspect --insecure R/${family}:${tag}`, 0, /schemaVersion/)
        await same(`inspect --insecure -v R/${family}:${tag}`, 0, /"Raw": "/)
      }
      await same(`inspect --insecure R/${family}:nope`, 1, /^no such manifest: 127.*:nope\n$/)
    })
  }

  test('a list from its beginning to its end', async () => {
    await same('create --insecure R/OWN:1 R/oci:amd R/dk:arm', 0, /^Created manifest list/)
    await same('inspect R/OWN:1', 0, /"manifests"/)
    await same('inspect -v R/OWN:1', 0, /"Raw"/)
    await same('inspect R/OWN:1 R/dk:arm', 0, /"layers"/)
    await same('inspect -v R/OWN:1 R/dk:arm', 0, /"Raw"/)
    await same('create --insecure R/OWN:1 R/oci:arm', 1, /--amend/)
    await same('create --insecure --amend R/OWN:1 R/oci:arm', 0)
    await same(
      'annotate R/OWN:1 R/oci:arm --os linux --arch arm --variant v7 --os-version 10 --os-features a,b --os-features a',
      0,
      /^$/,
    )
    await same('annotate R/OWN:1 R/oci:arm --os linux --arch nonsense', 1, /unsupported os\/arch combination/)
    await same('annotate R/OWN:1 R/oci:nope', 1, /does not exist in/)
    assert.deepEqual(kept('gantry'), kept('docker'))
    assert.equal(Object.keys(kept('gantry')).length, 3)
    await same('push --insecure R/OWN:1', 0, /Pushed ref [\s\S]*\nsha256:ID64\n$/)
    const digests = [
      await call('docker', 'push -p --insecure R/OWN:1'),
      await call('gantry', 'push -p --insecure R/OWN:1'),
    ]
    const [theirs, ours] = digests.map(({ stdout }) => stdout.trim().split('\n').at(-1))
    assert.match(ours ?? '', /^sha256:[0-9a-f]{64}$/)
    assert.equal(ours, theirs, 'the digest of the list')
    assert.deepEqual([kept('gantry'), kept('docker')], [{}, {}])
    await same('inspect --insecure -v R/OWN:1', 0, /"Raw"/)
    await same('rm R/OWN:1 R/OWN:2', 1, /No such manifest/)
  })

  test('what cannot be', async () => {
    for (const text of ['annotate UPPER b', 'annotate a UPPER', 'annotate a b', 'create UPPER b', 'create x UPPER']) {
      await same(text, 1)
    }
    for (const text of [
      'inspect UPPER',
      'inspect b UPPER',
      'inspect a b',
      'push UPPER',
      'push nope',
      'rm nope UPPER',
    ]) {
      await same(text, 1)
    }
    await same('create --insecure R/OWN:2 R/dk:list', 1, /is a manifest list\n$/)
    await same('create --insecure other/name R/dk:amd', 0)
    await same('push other/name', 1, /different registry than the target image: 127.* != docker.io/)
    await same('create --insecure R/OWN:3 R/dk:bare', 0)
    await same('push --insecure R/OWN:3', 1, /must have an OS and Architecture/)
  })

  test('a list that lacks one of its manifests is not begun', async () => {
    const { code, stderr } = await call('gantry', 'create R/oci:half R/oci:amd R/oci:nope', 'half')
    assert.equal(code, 1)
    assert.match(stderr, /^no such manifest: .*\/oci:nope\n$/)
    assert.equal(existsSync(join(folder, 'half', 'manifests')), false)
  })

  test('a file of a list that was changed is refused by its name', async () => {
    assert.equal((await call('gantry', 'create R/oci:changed R/oci:amd', 'changed')).code, 0)
    const [file = ''] = readdirSync(join(folder, 'changed', 'manifests'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('oci-amd'))
      .map(name => join(folder, 'changed', 'manifests', name))
    const whole = readFileSync(file, 'utf8')
    writeFileSync(file, whole.replace(/"Raw":"[^"]*"/, `"Raw":"${Buffer.from('{}').toString('base64')}"`))
    const pushed = await call('gantry', 'push R/oci:changed', 'changed')
    assert.match(pushed.stderr, /oci-amd is not the manifest sha256:[0-9a-f]{64} any more.*manifest rm/)
    writeFileSync(file, whole.slice(0, 40))
    assert.match((await call('gantry', 'inspect R/oci:changed', 'changed')).stderr, /invalid .*oci-amd: not JSON/)
    assert.equal((await call('gantry', 'rm R/oci:changed', 'changed')).code, 0)
  })

  test('blobs that a registry does not mount are uploaded', async () => {
    await using other = await ScriptedRegistry.start()
    await pushMultiPlatform(other.host, 'from', OCI)
    other.fault(/uploads\/\?mount/, { kind: 'status', status: 405 })
    const env = { ...clientEnvironment(), DOCKER_CONFIG: join(folder, 'upload') }
    const gantry = (...args: string[]) => run(GANTRY, ['manifest', ...args], { env })
    assert.equal((await gantry('create', `${other.host}/to:1`, `${other.host}/from:amd`)).code, 0)
    const { code, stdout, stderr } = await gantry('push', `${other.host}/to:1`)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^Pushed ref .*\nsha256:[0-9a-f]{64}\n$/)
    const list = JSON.parse(other.manifest('to', '1')?.bytes.toString() ?? '') as { manifests: { digest: Digest }[] }
    const manifest = JSON.parse(other.manifest('to', list.manifests[0]?.digest ?? '')?.bytes.toString() ?? '') as {
      config: { digest: Digest }
    }
    assert.ok(other.blob('to', manifest.config.digest) !== undefined, 'the configuration is there')
    assert.ok(other.seen(/\/to\/blobs\/uploads\/\?mount/).length > 0, 'a mount was tried')
  })
})
