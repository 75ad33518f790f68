/** The registry server killed in the middle: what was acknowledged is there, and uploads go on. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { digestOf } from '#oci'
import { startOwnRegistry } from '../support/own-registry.ts'
import { pushImage, rawClient } from '../support/registry-server.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-serve-kill-'))
after(() => rmSync(work, { recursive: true, force: true }))

const BLOB = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) % 251))

/** Sends the head of a PATCH and a part of its body, and nothing more. */
function sendPart(host: string, path: string, part: Buffer): Promise<void> {
  const [hostname, port] = host.split(':')
  return new Promise(resolve => {
    const sent = request({ hostname, port, method: 'PATCH', path, headers: { 'content-length': String(BLOB.length) } })
    sent.on('error', () => {})
    sent.write(part, () => resolve())
  })
}

test('an upload goes on after kill -9 where the registry says, and what was acknowledged is there', async () => {
  const first = await startOwnRegistry(work)
  const call = rawClient(first.host)
  const { digest } = await pushImage(call, 'kept', 'v1')
  const location = (await call('POST', '/v2/app/blobs/uploads/')).headers['location'] ?? ''
  const patched = await call('PATCH', location, { body: BLOB.subarray(0, 1_234_567) })
  assert.equal(patched.headers['range'], '0-1234566')
  await sendPart(first.host, location, BLOB.subarray(1_234_567, 2_345_678))
  await first.end('SIGKILL')

  const second = await startOwnRegistry(work)
  try {
    const again = rawClient(second.host)
    const { status, headers } = await again('GET', location)
    assert.equal(status, 204)
    const there = Number(/^0-(\d+)$/.exec(headers['range'] ?? '')?.[1]) + 1
    assert.ok(there >= 1_234_567 && there <= 2_345_678, String(there))
    const range = { 'content-range': `${there}-${BLOB.length - 1}` }
    const target = digestOf(BLOB, 'sha512')
    const done = await again('PUT', `${location}?digest=${target}`, { body: BLOB.subarray(there), headers: range })
    assert.equal(done.status, 201)
    assert.deepEqual((await again('GET', `/v2/app/blobs/${target}`)).body, BLOB)
    assert.equal((await again('HEAD', '/v2/kept/manifests/v1')).headers['docker-content-digest'], digest)
  } finally {
    await second.end('SIGTERM')
  }
})
