import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodePathStat } from '#api'
import { type Client, createClient } from '../client.ts'
import { answerJson, fakeEngine, type SeenRequest } from '../fake-engine.suite.ts'

type Call = (client: Client) => Promise<unknown>

async function drain(lines: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of lines);
}

const filters = new Map([['label', ['a=b']]])
const FILTERS = 'filters=%7B%22label%22%3A%7B%22a%3Db%22%3Atrue%7D%7D'

/** Every call, with the line and body that it sends. */
const CALLS: readonly (readonly [Call, string, string?])[] = [
  [c => c.containers.list({ all: true, limit: 3, filters }), `GET /containers/json?all=1&limit=3&${FILTERS}`],
  [
    c => c.containers.create({ Image: 'a', HostConfig: { Memory: 5 } }, { name: 'n', platform: 'linux/amd64' }),
    'POST /containers/create?name=n&platform=linux%2Famd64',
    '{"Image":"a","HostConfig":{"Memory":5}}',
  ],
  [c => c.containers.inspect('a', { size: true }), 'GET /containers/a/json?size=1'],
  [c => c.containers.start('a'), 'POST /containers/a/start'],
  [c => c.containers.stop('a', { t: 0, signal: 'SIGINT' }), 'POST /containers/a/stop?t=0&signal=SIGINT'],
  [c => c.containers.restart('a', { t: -1 }), 'POST /containers/a/restart?t=-1'],
  [c => c.containers.kill('a', { signal: 'KILL' }), 'POST /containers/a/kill?signal=KILL'],
  [c => c.containers.pause('a'), 'POST /containers/a/pause'],
  [c => c.containers.unpause('a'), 'POST /containers/a/unpause'],
  [c => c.containers.rename('a', 'b c'), 'POST /containers/a/rename?name=b+c'],
  [c => c.containers.remove('a', { v: true, force: true }), 'DELETE /containers/a?v=1&force=1'],
  [c => c.containers.wait('a', { condition: 'removed' }), 'POST /containers/a/wait?condition=removed'],
  [c => c.containers.update('a', { Memory: 5 }), 'POST /containers/a/update', '{"Memory":5}'],
  [c => c.containers.top('a', 'aux'), 'GET /containers/a/top?ps_args=aux'],
  [c => c.containers.top('a'), 'GET /containers/a/top'],
  [c => drain(c.containers.stats('a')), 'GET /containers/a/stats?stream=1'],
  [c => c.containers.statsNow('a'), 'GET /containers/a/stats?stream=0'],
  [c => c.containers.statsNow('a', true), 'GET /containers/a/stats?stream=0&one-shot=1'],
  [c => c.containers.changes('a'), 'GET /containers/a/changes'],
  [
    c =>
      c.containers.commit({ container: 'a', repo: 'r', changes: ['ENV a=b', 'USER x'], pause: false }, { User: 'u' }),
    'POST /commit?container=a&repo=r&changes=ENV+a%3Db&changes=USER+x&pause=0',
    '{"User":"u"}',
  ],
  [c => c.containers.commit({ container: 'a' }), 'POST /commit?container=a', '{}'],
  [c => c.containers.prune({ filters }), `POST /containers/prune?${FILTERS}`],
  [c => c.containers.logs('a', { stdout: true, tail: '5' }), 'GET /containers/a/logs?stdout=1&tail=5'],
  [c => c.containers.resize('a', { rows: 24, columns: 80 }), 'POST /containers/a/resize?h=24&w=80'],
  [c => c.containers.exportTar('a'), 'GET /containers/a/export'],
  [c => c.containers.statPath('a', '/x y'), 'HEAD /containers/a/archive?path=%2Fx+y'],
  [c => c.containers.copyFrom('a', '/x'), 'GET /containers/a/archive?path=%2Fx'],
  [
    c => c.containers.copyTo('a', { path: '/x', copyUIDGID: true }, Buffer.from('tar')),
    'PUT /containers/a/archive?path=%2Fx&copyUIDGID=1',
    'tar',
  ],
  [c => c.execs.create('a', { Cmd: ['x'] }), 'POST /containers/a/exec', '{"Cmd":["x"]}'],
  [c => c.execs.start('e', { Tty: true }), 'POST /exec/e/start', '{"Tty":true,"Detach":true}'],
  [c => c.execs.inspect('e'), 'GET /exec/e/json'],
  [c => c.execs.resize('e', { rows: 1, columns: 2 }), 'POST /exec/e/resize?h=1&w=2'],
  [c => c.images.list({ all: true, 'shared-size': true }), 'GET /images/json?all=1&shared-size=1'],
  [c => c.images.inspect('ex.org:5000/a/b:c', { manifests: true }), 'GET /images/ex.org:5000/a/b:c/json?manifests=1'],
  [c => c.images.history('a@sha256:1'), 'GET /images/a@sha256:1/history'],
  [c => drain(c.images.pull({ fromImage: 'a', tag: 'b' })), 'POST /images/create?fromImage=a&tag=b'],
  [
    c => drain(c.images.import({ fromSrc: '-', changes: ['USER x'] }, Buffer.from('tar'))),
    'POST /images/create?fromSrc=-&changes=USER+x',
    'tar',
  ],
  [c => drain(c.images.push('a/b', { tag: 't' })), 'POST /images/a/b/push?tag=t'],
  [c => drain(c.images.load(Buffer.from('tar'), { quiet: false })), 'POST /images/load?quiet=0', 'tar'],
  [c => c.images.save({ names: ['a', 'b:c'] }), 'GET /images/get?names=a&names=b%3Ac'],
  [c => c.images.tag('a', { repo: 'r', tag: 't' }), 'POST /images/a/tag?repo=r&tag=t'],
  [c => c.images.remove('a', { force: true }), 'DELETE /images/a?force=1'],
  [c => c.images.search({ term: 'x', limit: 5 }), 'GET /images/search?term=x&limit=5'],
  [c => c.images.prune({ filters }), `POST /images/prune?${FILTERS}`],
  [c => c.networks.list({ filters }), `GET /networks?${FILTERS}`],
  [c => c.networks.inspect('n', { verbose: true }), 'GET /networks/n?verbose=1'],
  [c => c.networks.create({ Name: 'n' }), 'POST /networks/create', '{"Name":"n"}'],
  [c => c.networks.connect('n', { Container: 'a' }), 'POST /networks/n/connect', '{"Container":"a"}'],
  [c => c.networks.disconnect('n', { Container: 'a' }), 'POST /networks/n/disconnect', '{"Container":"a"}'],
  [c => c.networks.remove('n'), 'DELETE /networks/n'],
  [c => c.networks.prune(), 'POST /networks/prune'],
  [c => c.volumes.list(), 'GET /volumes'],
  [c => c.volumes.inspect('v'), 'GET /volumes/v'],
  [c => c.volumes.create(), 'POST /volumes/create', '{}'],
  [c => c.volumes.remove('v', { force: true }), 'DELETE /volumes/v?force=1'],
  [c => c.volumes.prune({ filters }), `POST /volumes/prune?${FILTERS}`],
  [c => c.system.version(), 'GET /version'],
  [c => c.system.info(), 'GET /info'],
  [c => drain(c.system.events({ since: '1', until: '2' })), 'GET /events?since=1&until=2'],
  [c => c.system.diskUsage({ type: ['image', 'volume'] }), 'GET /system/df?type=image&type=volume'],
  [c => c.system.auth({ username: 'u' }), 'POST /auth', '{"username":"u"}'],
]

const STAT = { name: 'x', size: 1, mode: 0o644, mtime: '2026-11-23T06:48:33Z', linkTarget: '' }

test('every call sends its request', async () => {
  await using engine = await fakeEngine({
    answer: (_, response) => {
      response.setHeader('X-Docker-Container-Path-Stat', encodePathStat(STAT))
      answerJson(response, 200, {})
    },
  })
  using client = createClient({ host: engine.host, headers: { 'X-Mine': 'yes' } })
  for (const [call] of CALLS) await call(client)
  const seen = engine.seen.map(request => [request.line.replace('/v1.51', ''), request.body])
  assert.deepEqual(
    seen,
    CALLS.map(([, line, body = '']) => [line, body]),
  )
  assert.ok(engine.seen.every(request => request.headers['x-mine'] === 'yes'))
})

test('bodies are announced as what they are', async () => {
  await using engine = await fakeEngine({ answer: (_, response) => answerJson(response, 200, {}) })
  using client = createClient({ host: engine.host })
  await client.containers.start('a')
  await client.volumes.create()
  await drain(client.images.load(Buffer.from('tar')))
  const [start, create, load] = engine.seen.map(request => request.headers)
  assert.deepEqual([start?.['content-type'], start?.['content-length']], [undefined, '0'])
  assert.deepEqual([create?.['content-type'], create?.['content-length']], ['application/json', '2'])
  assert.deepEqual([load?.['content-type'], load?.['content-length']], ['application/x-tar', '3'])
})

test('credentials go into their header only', async () => {
  const authOf = ({ headers }: SeenRequest) => headers['x-registry-auth']
  await using engine = await fakeEngine({ answer: (_, response) => answerJson(response, 200, {}) })
  using client = createClient({ host: engine.host })
  const auth = { username: 'u', password: 'p' }
  await drain(client.images.pull({ fromImage: 'a' }, { auth }))
  await drain(client.images.push('a', {}, { auth }))
  await client.images.search({ term: 'a' }, { auth })
  await client.images.search({ term: 'a' })
  const header = Buffer.from('{"username":"u","password":"p"}').toString('base64')
  assert.deepEqual(engine.seen.map(authOf), [header, header, header, undefined])
})

test('start and stop tell whether there was something to do', async () => {
  const statuses = [204, 304]
  await using engine = await fakeEngine({ answer: (_, response) => response.writeHead(statuses.shift() ?? 500).end() })
  using client = createClient({ host: engine.host })
  assert.equal(await client.containers.start('a'), true)
  assert.equal(await client.containers.start('a'), false)
})

test('answers arrive as the engine wrote them', async () => {
  const stat = { ...STAT, mode: 0x8000_01ed }
  await using engine = await fakeEngine({
    answer: ({ line }, response) => {
      response.setHeader('X-Docker-Container-Path-Stat', encodePathStat(stat))
      if (line.startsWith('HEAD')) response.end()
      else if (line.includes('/archive')) response.end('a tar')
      else answerJson(response, 200, { Id: 'x', Warnings: [] })
    },
  })
  using client = createClient({ host: engine.host })
  assert.deepEqual(await client.containers.create({}), { Id: 'x', Warnings: [] })
  assert.equal(await client.requests.text('GET', '/info'), '{"Id":"x","Warnings":[]}')
  assert.deepEqual(await client.containers.statPath('a', '/x'), stat)
  const archive = await client.containers.copyFrom('a', '/x')
  assert.deepEqual(archive.stat, stat)
  assert.equal(Buffer.concat(await archive.tar.toArray()).toString(), 'a tar')
})

test('waiting starts before its answer comes', async () => {
  let finish: () => void = assert.fail
  await using engine = await fakeEngine({
    answer: (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
      finish = () => void response.end('{"StatusCode":137}\n')
    },
  })
  using client = createClient({ host: engine.host })
  const { exit } = await client.containers.wait('a')
  finish()
  assert.deepEqual(await exit, { StatusCode: 137 })
})

test('a wait that breaks troubles nobody before its answer is looked at', async () => {
  await using engine = await fakeEngine({
    answer: (_, response) => response.writeHead(200).write('{', () => response.socket?.destroy()),
  })
  using client = createClient({ host: engine.host })
  const { exit } = await client.containers.wait('a')
  for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve))
  await assert.rejects(exit, { kind: 'unavailable' })
})

test('no name leads to another route', async () => {
  await using engine = await fakeEngine({ answer: (_, response) => answerJson(response, 200, {}) })
  using client = createClient({ host: engine.host })
  await client.containers.inspect('a?b#c d%2e')
  assert.equal(engine.seen[0]?.line, 'GET /v1.51/containers/a%3Fb%23c%20d%252e/json')
  for (const bad of ['', ' ', '../images', 'a/..', '.']) {
    assert.throws(() => client.containers.inspect(bad), { kind: 'invalid-argument' }, bad)
  }
})
