/** Who may do what: rules by repository, credentials of a cache, and how many uploads there may be. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hashSync } from 'bcryptjs'
import { openCache, openHtpasswd, openRules, parseUpstream } from '#registry/serve'
import { startOwnRegistry } from '../support/own-registry.ts'
import { run } from '../support/process.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'
import { type Answer, type CallOptions, pushImage, type RawClient, testRegistry } from '../support/registry-server.ts'

const work = mkdtempSync(join(tmpdir(), 'gantry-serve-rules-'))
after(() => rmSync(work, { recursive: true, force: true }))

const MAIN = join(import.meta.dirname, '../../src/cmd/main.ts')
const users = join(work, 'users')
writeFileSync(users, ['ann', 'bob', 'eve'].map(name => `${name}:${hashSync(name, 4)}\n`).join(''))

let files = 0
function write(...lines: readonly string[]): string {
  const path = join(work, `rules${files++}`)
  writeFileSync(path, lines.join('\n'))
  return path
}

/** A registry with rules, and everybody's client; `root` may do everything, before there are rules. */
async function ruled(path: string) {
  const server = await testRegistry({ app: { authenticator: openHtpasswd(users), rights: openRules(path) } })
  return { server, as: (name: string) => clientOf(server.call, name) }
}

function clientOf(call: RawClient, name: string): RawClient {
  const authorization = `Basic ${Buffer.from(`${name}:${name}`).toString('base64')}`
  const send = (method: string, url: string, options: CallOptions = {}): Promise<Answer> =>
    call(method, url, { ...options, headers: { authorization, ...options.headers } })
  return Object.assign(send, { host: call.host })
}

const RULES = [
  '# who may do what',
  'team/secret/** ann pull,push,delete',
  'team/secret/** * -   # not even to read',
  'team/* ann,bob pull,push',
  '** * pull',
]

test('the first rule that names the repository and the user decides', async () => {
  const { server, as } = await ruled(write(...RULES))
  await using _server = server
  const [ann, bob, eve] = [as('ann'), as('bob'), as('eve')]
  const image = await pushImage(ann, 'team/secret/app', 'v1')
  await pushImage(bob, 'team/app', 'v1')
  for (const [who, repository, expected] of [
    [ann, 'team/secret/app', 200],
    [bob, 'team/secret/app', 403],
    [eve, 'team/secret/app', 403],
    [eve, 'team/secret/none', 403],
    [eve, 'team/app', 200],
    [eve, 'team/none', 404],
  ] as const) {
    assert.equal((await who('GET', `/v2/${repository}/manifests/v1`)).status, expected, repository)
    assert.equal((await who('HEAD', `/v2/${repository}/tags/list`)).status, expected, repository)
    const blob = await who('GET', `/v2/${repository}/blobs/${image.layer}`)
    assert.equal(blob.status === 403, expected === 403, repository)
    assert.equal(
      (await who('GET', `/v2/${repository}/referrers/${image.digest}`)).status,
      expected === 404 ? 200 : expected,
    )
  }
  const refused = await eve('POST', '/v2/team/app/blobs/uploads/')
  assert.deepEqual([refused.status, refused.codes], [403, ['DENIED']])
  assert.match(refused.body.toString(), /push of team\/app/)
  assert.equal((await eve('PUT', '/v2/team/app/manifests/v2', { body: '{}' })).status, 403)
  assert.equal((await bob('POST', '/v2/team/deep/app/blobs/uploads/')).status, 403, '* is one part of a name')
  assert.equal((await bob('DELETE', '/v2/team/app/manifests/v1')).status, 403, 'push is not delete')
  assert.equal((await ann('DELETE', '/v2/team/secret/app/manifests/v1')).status, 202)
  assert.equal((await server.call('GET', '/v2/team/app/manifests/v1')).status, 401)
  assert.equal((await as('mallory')('GET', '/v2/')).status, 401)
})

test('names of repositories and blobs of them are for those who may read them (S80)', async () => {
  const { server, as } = await ruled(write(...RULES))
  await using _server = server
  const [ann, bob] = [as('ann'), as('bob')]
  const secret = await pushImage(ann, 'team/secret/app', 'v1', { layer: 'secret' })
  for (const name of ['a', 'b', 'c']) await pushImage(ann, `team/${name}`, 'v1', { layer: name })
  const names = async (who: RawClient, query = '') => {
    const { body, headers } = await who('GET', `/v2/_catalog${query}`)
    return [...(JSON.parse(body.toString()) as { repositories: string[] }).repositories, headers['link'] ?? 'end']
  }
  assert.deepEqual(await names(ann), ['team/a', 'team/b', 'team/c', 'team/secret/app', 'end'])
  assert.deepEqual(await names(bob), ['team/a', 'team/b', 'team/c', 'end'])
  assert.deepEqual(await names(bob, '?n=2'), ['team/a', 'team/b', '</v2/_catalog?n=2&last=team%2Fb>; rel="next"'])
  assert.deepEqual(await names(bob, '?n=2&last=team/b'), ['team/c', 'end'])
  const mount = (who: RawClient, from: string) =>
    who('POST', `/v2/team/mine/blobs/uploads/?mount=${secret.layer}${from}`)
  assert.equal((await mount(bob, '&from=team/secret/app')).status, 202)
  assert.equal((await mount(bob, '')).status, 202, 'it could be of any repository')
  assert.equal((await bob('HEAD', `/v2/team/mine/blobs/${secret.layer}`)).status, 404)
  assert.equal((await mount(ann, '&from=team/secret/app')).status, 201)
})

test('changed rules count at once; broken ones let nobody in, and name their line at the start', async () => {
  const path = write('** * pull,push')
  const { server, as } = await ruled(path)
  await using _server = server
  await pushImage(as('bob'), 'app', 'v1')
  writeFileSync(path, '** ann pull\n')
  assert.equal((await as('bob')('GET', '/v2/app/manifests/v1')).status, 403)
  assert.equal((await as('ann')('GET', '/v2/app/manifests/v1')).status, 200)
  writeFileSync(path, '** ann pulls\n')
  const broken = await as('ann')('GET', '/v2/app/manifests/v1')
  assert.equal(broken.status, 503)
  assert.doesNotMatch(broken.body.toString(), /rules|pulls/)
  for (const [line, words] of [
    ['** ann', /three words/],
    ['** ann pull push', /three words/],
    ['A ann pull', /"A" names no repositories/],
    ['** ann,, pull', /names no users/],
    ['** ann read', /"read" is none of pull, push, delete/],
    ['** ann push', /push is of no use without pull/],
  ] as const) {
    assert.throws(() => openRules(write('# first', line)), words)
    assert.throws(() => openRules(write('# first', line)), /line 2/)
  }
})

test('uploads that are open at once are counted; one that nobody writes makes way after an hour', async () => {
  await using server = await testRegistry({ uploadsMax: 2 })
  const start = () => server.call('POST', '/v2/app/blobs/uploads/')
  const first = await start()
  const second = await start()
  assert.deepEqual([first.status, second.status], [202, 202])
  const refused = await start()
  assert.deepEqual([refused.status, refused.codes, refused.headers['retry-after']], [429, ['TOOMANYREQUESTS'], '60'])
  assert.match(refused.body.toString(), /too many uploads are open: this registry keeps 2/)
  assert.equal((await server.call('DELETE', second.headers['location'] ?? '')).status, 204)
  server.later(1800 * 1000)
  const third = await start()
  assert.equal(third.status, 202)
  assert.equal((await start()).status, 429)
  server.later(1801 * 1000)
  assert.equal((await start()).status, 202, 'the first one makes way')
  assert.equal((await server.call('GET', first.headers['location'] ?? '')).status, 404)
  assert.equal((await server.call('GET', third.headers['location'] ?? '')).status, 204)
  assert.equal((await start()).status, 429)
})

test('a cache asks the other registry with its own credentials', async () => {
  await using upstream = await ScriptedRegistry.start()
  upstream.addImage('team/app', '1', [Buffer.from('layer')])
  upstream.basicAuth = { name: 'cache', password: 'of:its:own' }
  await using at = await testClient()
  const through = async (secret: object) => {
    const options = { client: at.client, upstream: parseUpstream(`http://${upstream.host}`), ...secret }
    await using cache = await testRegistry({ wrap: store => openCache({ store, ...options }) })
    const { status, body } = await cache.call('GET', '/v2/team/app/manifests/1')
    return [status, body.toString()] as const
  }
  const basic = (password: string) => ({ secret: { kind: 'basic', username: 'cache', password } })
  assert.equal((await through(basic('of:its:own')))[0], 200)
  const [none, words] = await through({})
  assert.equal(none, 403)
  assert.match(words, /without credentials: --cache-credentials FILE/)
  const [wrong, reason] = await through(basic('other'))
  assert.equal(wrong, 403)
  assert.match(reason, /credentials of the cache are wrong/)
  assert.doesNotMatch(reason, /of:its:own|other"/)

  const path = write('cache:of:its:own\n')
  chmodSync(path, 0o600)
  const url = `http://${upstream.host}`
  const server = await startOwnRegistry(join(work, 'cache'), { args: ['--cache-of', url, '--cache-credentials', path] })
  try {
    const pulled = await fetch(`http://${server.host}/v2/team/app/manifests/1`)
    assert.equal(pulled.status, 200)
    assert.doesNotMatch(server.log, /of:its:own/)
  } finally {
    await server.end('SIGTERM')
  }
  const serve = async (...args: string[]) => {
    const all = [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      'registry',
      'serve',
      '--root',
      join(work, 'new'),
      ...args,
    ]
    const { code, stderr } = await run(process.execPath, all)
    assert.equal(code, 1, stderr)
    return stderr
  }
  assert.match(await serve('--cache-credentials', path), /add --cache-of URL/)
  assert.match(
    await serve('--cache-of', url, '--cache-credentials', write('nothing')),
    /can be read by others.*chmod 600/,
  )
  const empty = write('nothing')
  chmodSync(empty, 0o600)
  assert.match(await serve('--cache-of', url, '--cache-credentials', empty), /holds no name and password/)
  assert.match(await serve('--rules', write('** * pull')), /add --htpasswd FILE/)
  assert.match(await serve('--htpasswd', users, '--rules', write('x')), /line 1: a rule has three words/)
})
