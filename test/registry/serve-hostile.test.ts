/** What no client should send (SAFETY S68, S69, S76, S80), and disks that are full. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { hashSync } from 'bcryptjs'
import { digestOf } from '#oci'
import { openHtpasswd } from '#registry/serve'
import { certificate } from '../support/certificate.ts'
import { memoryDisk } from '../support/memory-disk.ts'
import { pushBlob, pushImage, putManifest, rawClient, testRegistry } from '../support/registry-server.ts'

/** Bytes over a connection, and everything that comes back until it ends. */
function raw(host: string, ...parts: readonly string[]): Promise<string> {
  const [hostname = '', port = ''] = host.split(':')
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(text))
    for (const part of parts) socket.write(part)
  })
}

const DIGEST = digestOf('x')
const HEX = DIGEST.slice('sha256:'.length)

function* hostilePaths(): Generator<string> {
  const up = ['..', '%2e%2e', '.%2e', '%252e%252e', '..%2f..', '%2e%2e%2f', '..%5c', '..;', '%00', 'a%00b', '\\..\\']
  for (const dots of up) {
    yield `/v2/${dots}/_catalog/x`
    yield `/v2/${dots}/tags/list`
    yield `/v2/a/${dots}/manifests/v1`
    yield `/v2/a/manifests/${dots}`
    yield `/v2/a/blobs/${dots}`
    yield `/v2/a/blobs/sha256:${dots}`
    yield `/v2/a/blobs/uploads/${dots}`
    yield `/v2/a/blobs/uploads/${dots}/x`
    yield `/v2/a/referrers/${dots}`
    yield `/v2/a/_uploads/${dots}/data`
    yield `/${dots}/v2/`
    yield `/v2/a@${DIGEST}/blobs/${dots}`
    yield `/v2/a/manifests/v1/${dots}`
  }
  const algorithms = ['md5', 'sha1', 'SHA256', 'sha384', 'sha256+b64', '', '../sha256', '__proto__', 'constructor']
  for (const algorithm of algorithms) yield `/v2/a/blobs/${algorithm}:${HEX}`
  for (const hex of [HEX.toUpperCase(), HEX.slice(1), `${HEX}0`, '', 'g'.repeat(64)]) {
    for (const what of ['blobs', 'manifests', 'referrers']) yield `/v2/a/${what}/sha256:${hex}`
  }
  for (const name of [
    '-a',
    'a-',
    'a..b',
    'a__',
    '_a',
    'a/',
    'A',
    'é',
    'a b',
    'a%20b',
    'a:b',
    'a?',
    '%',
    '%zz',
    'a'.repeat(300),
  ]) {
    for (const end of ['tags/list', 'manifests/v1', `blobs/${DIGEST}`, 'blobs/uploads/x']) yield `/v2/${name}/${end}`
  }
  for (const tag of ['-x', '.x', 'a b', 'a@b', 'x'.repeat(129), '%3a', 'é']) yield `/v2/a/manifests/${tag}`
}

test('paths and names that are none: 4xx, and no file outside of what is there (S80)', async () => {
  await using at = await testRegistry()
  await pushImage(at.call, 'a', 'v1')
  const before = readdirSync(at.root, { recursive: true }).sort()
  const parent = readdirSync(join(at.root, '..')).length
  let asked = 0
  for (const path of hostilePaths()) {
    for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
      const head = `${method} ${Buffer.from(path).toString('latin1')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
      const text = await raw(at.host, head)
      assert.match(text, /^HTTP\/1\.1 4\d\d /, `${method} ${path}`)
      asked++
    }
  }
  assert.ok(asked > 300, String(asked))
  assert.deepEqual(readdirSync(at.root, { recursive: true }).sort(), before)
  assert.ok(Math.abs(readdirSync(join(at.root, '..')).length - parent) < 20)
  assert.equal((await at.call('GET', '/v2/a/manifests/v1')).status, 200)
})

test('heads that are too large or no HTTP', async () => {
  await using at = await testRegistry()
  assert.match(
    await raw(at.host, `GET /v2/ HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 /,
  )
  assert.match(await raw(at.host, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /)
  const both =
    'POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n'
  assert.match(await raw(at.host, both), /^HTTP\/1\.1 400 /)
  assert.equal((await at.call('GET', '/v2/')).status, 200)
})

test('a manifest without end is refused at its limit, and its sender cut off (S76)', async () => {
  await using at = await testRegistry()
  const head = 'PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
  const chunk = `100000\r\n${' '.repeat(0x100000)}\r\n`
  const text = await raw(at.host, head, ...Array.from({ length: 5 }, () => chunk))
  assert.match(text, /^HTTP\/1\.1 413 [\s\S]*MANIFEST_INVALID/)
  const announced = `PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n`
  assert.match(await raw(at.host, announced), /^HTTP\/1\.1 413 /)
})

test('who sends nothing more is cut off, and what came is kept', async () => {
  await using at = await testRegistry({ stall: 300 })
  const location = (await at.call('POST', '/v2/a/blobs/uploads/')).headers['location'] ?? ''
  await raw(at.host, `PATCH ${location} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello`)
  // The connection is gone before the server has put away what came on it.
  let after = await at.call('GET', location)
  while (after.status === 409) after = await at.call('GET', location)
  assert.equal(after.headers['range'], '0-4')
})

test('two requests that write one upload: one is refused, and the upload is whole', async () => {
  await using at = await testRegistry()
  const location = (await at.call('POST', '/v2/a/blobs/uploads/')).headers['location'] ?? ''
  const [hostname = '', port = ''] = at.host.split(':')
  const slow = connect(Number(port), hostname)
  let answer = ''
  slow.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  slow.write(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhello`)
  // Until the first one has begun, the second is taken: then it has nothing to say.
  let second = await at.call('GET', location)
  while (second.status === 204) second = await at.call('GET', location)
  assert.deepEqual([second.status, second.codes], [409, ['BLOB_UPLOAD_INVALID']])
  for (const method of ['PATCH', 'PUT', 'DELETE']) {
    const refused = await at.call(method, `${location}?digest=${digestOf('helloworld')}`, { body: 'other' })
    assert.equal(refused.status, 409, method)
  }
  const ended = new Promise(resolve => slow.once('close', resolve))
  slow.write('world')
  await ended
  assert.match(answer, /^HTTP\/1\.1 202 [\s\S]*range: 0-9/i)
  assert.equal((await at.call('PUT', `${location}?digest=${digestOf('helloworld')}`)).status, 201)
})

test('an upload of another repository is not there', async () => {
  await using at = await testRegistry()
  const location = (await at.call('POST', '/v2/mine/blobs/uploads/')).headers['location'] ?? ''
  const other = location.replace('/v2/mine/', '/v2/yours/')
  for (const method of ['GET', 'PATCH', 'DELETE']) assert.equal((await at.call(method, other)).status, 404)
  assert.equal((await at.call('GET', location)).status, 204)
})

test('deletions that race with pushes: whoever gets 201 has a whole image', async () => {
  await using at = await testRegistry()
  for (let round = 0; round < 20; round++) {
    const name = `race${round}`
    const { bytes, layer } = await pushImage(at.call, name, undefined)
    await at.call('DELETE', `/v2/${name}/manifests/${digestOf(bytes)}`)
    const [put] = await Promise.all([
      putManifest(at.call, name, 'v1', bytes),
      at.call('DELETE', `/v2/${name}/blobs/${layer}`),
    ])
    const there = (await at.call('HEAD', `/v2/${name}/blobs/${layer}`)).status === 200
    assert.equal(put.status === 201, there, `${put.status}`)
  }
})

test('a full disk: pushes are refused in so many words, pulls and deletions go on, nothing is half there', async () => {
  using disk = memoryDisk(24)
  await using at = await testRegistry({ root: join(disk.folder, 'root') })
  const { digest, bytes } = await pushImage(at.call, 'app', 'v1')
  const big = Buffer.alloc(40 * 1024 * 1024, 'x')
  const refused = await at
    .call('POST', `/v2/app/blobs/uploads/?digest=${digestOf(big)}`, { body: big })
    .catch(() => undefined)
  if (refused !== undefined) {
    assert.equal(refused.status, 507)
    assert.match(refused.body.toString(), /no space left on device/)
  }
  assert.deepEqual((await at.call('GET', '/v2/app/manifests/v1')).body, bytes)
  assert.equal((await at.call('HEAD', `/v2/app/blobs/${digestOf(big)}`)).status, 404)
  assert.deepEqual(readdirSync(join(at.root, 'content/ingest')), [])
  // What was refused has given its space back.
  await pushBlob(at.call, 'app', Buffer.alloc(1024 * 1024, 'y'))
  const filled: string[] = []
  for (let i = 0; ; i++) {
    const part = Buffer.alloc(2 * 1024 * 1024, `fill ${i}`)
    const answer = await at
      .call('POST', `/v2/app/blobs/uploads/?digest=${digestOf(part)}`, { body: part })
      .catch(() => undefined)
    if (answer?.status !== 201) break
    filled.push(digestOf(part))
  }
  assert.ok(filled.length > 0)
  for (const blob of filled) assert.equal((await at.call('HEAD', `/v2/app/blobs/${blob}`)).status, 200)
  assert.equal((await at.call('DELETE', `/v2/app/manifests/${digest}`)).status, 202)
})

test('TLS', async t => {
  const pair = certificate()
  if (pair === undefined) return t.skip('needs openssl')
  await using at = await testRegistry({ certificate: pair })
  // Plain HTTP on a TLS port says nothing.
  await assert.rejects(rawClient(at.host)('GET', '/v2/'))
  const folder = mkdtempSync(join(tmpdir(), 'gantry-tls-'))
  try {
    const { fetch, Agent } = await import('undici')
    const dispatcher = new Agent({ connect: { ca: pair.cert } })
    const response = await fetch(`https://${at.host}/v2/`, { dispatcher })
    assert.equal(response.status, 200)
    await response.body?.cancel()
    await dispatcher.destroy()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('with passwords, a stranger is told of nothing but the challenge', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-users-'))
  try {
    const users = join(folder, 'users')
    writeFileSync(users, `ann:${hashSync('secret', 4)}\n`)
    await using at = await testRegistry({ app: { authenticator: openHtpasswd(users) } })
    const paths = ['/v2/', '/v2/_catalog', '/v2/a/manifests/v1', '/nothing', `/v2/a/blobs/${DIGEST}`, '/v2/a/../b']
    for (const path of paths) {
      const { status, codes, headers } = await at.call('GET', path)
      assert.deepEqual([status, codes], [401, ['UNAUTHORIZED']], path)
      assert.match(headers['www-authenticate'] ?? '', /^Basic realm=/)
    }
    assert.equal((await at.call('POST', `/v2/a/blobs/uploads/?digest=${DIGEST}`, { body: 'x' })).status, 401)
    const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`
    assert.equal((await at.call('GET', '/v2/', { headers: { authorization } })).status, 200)
    assert.equal((await at.call('HEAD', `/v2/a/blobs/${DIGEST}`, { headers: { authorization } })).status, 404)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a client that is still sending a body that is refused reads why', async () => {
  const users = mkdtempSync(join(tmpdir(), 'gantry-serve-users-'))
  writeFileSync(join(users, 'users'), `ann:${hashSync('secret', 4)}\n`)
  await using open = await testRegistry()
  await using closed = await testRegistry({ app: { authenticator: openHtpasswd(join(users, 'users')) } })
  const junk = Buffer.alloc(1024 * 1024, 'x')
  const size = 32 * junk.length
  for (const [server, line, expected] of [
    [closed, 'POST /v2/app/blobs/uploads/?digest=', 401],
    [open, `POST /v2/app/blobs/uploads/?digest=${DIGEST}`, 400],
    [open, 'PUT /v2/app/manifests/v1', 413],
    [open, 'PATCH /v2/app/blobs/uploads/nothing', 404],
  ] as const) {
    const [hostname = '', port = ''] = server.host.split(':')
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    const ended = new Promise((resolve, reject) => socket.once('end', resolve).once('error', reject))
    socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`)
    for (let sent = 0; sent < size; sent += junk.length) {
      if (!socket.write(junk)) await new Promise(resolve => socket.once('drain', resolve).once('close', resolve))
    }
    await ended
    socket.destroy()
    assert.match(text, new RegExp(`^HTTP/1.1 ${expected} [^]*"errors":`), line)
  }
  rmSync(users, { recursive: true })
})
