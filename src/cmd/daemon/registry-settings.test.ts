import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readSettings } from './settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-settings-'))
after(() => rmSync(folder, { recursive: true }))

function settings(json: object, ...flags: string[]) {
  const file = join(folder, 'daemon.json')
  writeFileSync(file, JSON.stringify(json))
  return readSettings(['--config-file', file, ...flags])
}

test('where images are served as a registry: by flag or by key, not by both, and never by itself', () => {
  const wanted = { address: '127.0.0.1', port: 5001 }
  assert.equal(settings({}).registryListen, undefined)
  assert.deepEqual(settings({}, '--registry-listen', '127.0.0.1:5001').registryListen, wanted)
  assert.deepEqual(settings({ 'registry-serve': '127.0.0.1:5001' }).registryListen, wanted)
  assert.deepEqual(settings({ 'registry-serve': '[::1]:5001' }).registryListen, { address: '::1', port: 5001 })
  assert.throws(() => settings({ 'registry-serve': ':1' }, '--registry-listen', ':2'), /specified both as a flag/)
  for (const bad of ['5001', 'host', '127.0.0.1:99999', '::1:5000', 'http://127.0.0.1:5000']) {
    assert.throws(() => settings({ 'registry-serve': bad }), /is no address/, bad)
  }
})
