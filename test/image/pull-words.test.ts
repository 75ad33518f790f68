/** A registry that never gets a layer right: the error names host, reference and digest, and nothing is stored. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '#oci'
import { quietly, testImages } from '../support/images.ts'
import { type Fault, ScriptedRegistry } from '../support/registry.ts'
import { addPacked } from '../support/registry-images.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const layer = tarArchive([file('file', Buffer.alloc(20_000, 'x'))])

const FAULTS: Readonly<Record<string, readonly [Fault, RegExp]>> = {
  'is reset': [{ kind: 'reset', after: 0 }, /connection reset by peer|unexpected EOF/],
  'is closed': [{ kind: 'close' }, /EOF|connection reset by peer/],
  stalls: [{ kind: 'stall', after: 1000 }, /./],
  'is too short': [{ kind: 'short', by: 100 }, /bytes instead of/],
  'is too long': [{ kind: 'long', by: 100 }, /longer than the \d+ bytes/],
  'says too small a length': [{ kind: 'headers', headers: { 'content-length': '500' } }, /./],
  'says too large a length': [{ kind: 'headers', headers: { 'content-length': '90000' } }, /./],
  'is flipped': [{ kind: 'flip', at: 700 }, /does not match its digest/],
  'has no end': [{ kind: 'endless' }, /longer than the \d+ bytes/],
  'is not there': [{ kind: 'status', status: 404 }, /./],
  'is forbidden': [{ kind: 'status', status: 403 }, /./],
  'is a failure': [{ kind: 'status', status: 500 }, /500 Internal Server Error/],
  'comes too often': [{ kind: 'status', status: 429 }, /toomanyrequests|too many requests/],
  'leads nowhere': [{ kind: 'redirect', to: 'file:///etc/passwd' }, /./],
}

for (const [what, [fault, words]] of Object.entries(FAULTS)) {
  test(`a layer that ${what}`, async () => {
    await using registry = await ScriptedRegistry.start()
    await using at = await testImages({ timing: { stall: 100 } })
    const name = addPacked(registry, 'team/app', [layer], [layer])
    registry.fault(new RegExp(`blobs/${digestOf(layer)}`), fault)
    const error = await at.images.pull(name, quietly()).then(
      () => assert.fail('it was pulled'),
      (reason: unknown) => String(reason),
    )
    assert.match(error, words)
    assert.equal(error.split('\n').length, 1, error)
    for (const part of [registry.host, 'team/app', digestOf(layer)])
      assert.ok(error.includes(part), `${part}: ${error}`)
    assert.deepEqual(at.images.list(), [])
    assert.equal(await at.content.has(digestOf(layer)), false)
    assert.deepEqual(at.snapshots.list(), [])
    registry.script.length = 0
    assert.equal((await at.images.pull(name, quietly())).layerSizes[0], 20_000)
  })
}
