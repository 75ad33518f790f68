/** Moving images by way of a registry that wants a password: our own command line and Docker's, the same steps. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { DOCKER_CLIS } from '../support/docker.ts'
import { clientEnvironment, GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { run } from '../support/process.ts'
import { ScriptedRegistry } from '../support/registry.ts'

const PASSWORD = 'not-to-be-found-anywhere'

/** The password as it is typed, sent and kept, wherever in those it begins (SAFETY S64). */
const TRACES = [
  PASSWORD,
  ...[`me:${PASSWORD}`, PASSWORD].map(text => Buffer.from(text).toString('base64').slice(0, -4)),
]

/** Neither in the log nor in any file of the daemon. */
function assertNowhere({ log, dataRoot, execRoot }: TestEngine): void {
  const files = [dataRoot, execRoot].flatMap(root =>
    readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()),
  )
  assert.ok(files.length > 5, 'there are files')
  for (const trace of TRACES) {
    assert.ok(!log.includes(trace), 'the password stands in the log of the daemon')
    for (const { parentPath, name } of files) {
      const bytes = readFileSync(join(parentPath, name))
      assert.ok(!bytes.includes(trace), `the password stands in ${join(parentPath, name)}`)
    }
  }
}

for (const { name, path } of [{ name: 'gantry', path: GANTRY }, ...DOCKER_CLIS]) {
  describe(`a registry, with ${name}`, { skip: systemSkip() }, () => {
    let engine: TestEngine
    let registry: ScriptedRegistry
    let config: string

    before(async () => {
      engine = await TestEngine.start()
      registry = await ScriptedRegistry.start()
      registry.basicAuth = { name: 'me', password: PASSWORD }
      config = join(engine.env['DOCKER_CONFIG'] ?? '', 'config.json')
    })

    afterEach(() => writeFileSync(config, '{}'))

    after(async () => {
      await registry[Symbol.asyncDispose]()
      assertNowhere(engine)
      await engine[Symbol.asyncDispose]()
    })

    const call = (args: readonly string[], input?: string, env: Record<string, string> = {}) =>
      run(path, args, { env: { ...engine.env, ...env }, ...(input === undefined ? {} : { input }) })

    const login = () => call(['login', '-u', 'me', '--password-stdin', registry.host], `${PASSWORD}\n`)

    test('login keeps what the registry takes, and only that; logout forgets it', async () => {
      const wrong = await call(['login', '-u', 'me', '--password-stdin', registry.host], 'wrong')
      assert.equal(wrong.code, 1)
      assert.match(wrong.stderr, /unauthorized: authentication required|401/)
      const right = await login()
      assert.equal(right.code, 0, right.stderr)
      assert.match(right.stdout, /Login Succeeded\n$/)
      assert.match(right.stderr, /WARNING! Your (password|credentials are stored|password will be stored)/)
      assert.equal(statSync(config).mode & 0o777, 0o600)
      const auth = Buffer.from(`me:${PASSWORD}`).toString('base64')
      assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')).auths, { [registry.host]: { auth } })
      const out = await call(['logout', registry.host])
      assert.equal(out.stdout, `Removing login credentials for ${registry.host}\n`)
      assert.doesNotMatch(readFileSync(config, 'utf8'), new RegExp(auth))
    })

    test('what is pushed can be pulled, with the same digest', async () => {
      const image = `${registry.host}/team/app:1`
      assert.equal((await call(['tag', 'busybox', image])).code, 0)
      const refused = await call(['push', image])
      assert.equal(refused.code, 1)
      assert.match(refused.stderr, /no basic auth credentials/)
      await login()
      const pushed = await call(['push', image])
      assert.equal(pushed.code, 0, pushed.stderr)
      assert.match(pushed.stdout, new RegExp(`^The push refers to repository \\[${registry.host}/team/app\\]\n`))
      const digest = /1: digest: (sha256:[0-9a-f]{64}) size: \d+/.exec(pushed.stdout)?.[1]
      assert.ok(digest !== undefined, pushed.stdout)
      const again = await call(['push', '-q', image])
      assert.equal(again.stdout, `${image}\n`)
      assert.equal((await call(['rmi', '-f', image])).code, 0)
      const pulled = await call(['pull', `${registry.host}/team/app@${digest}`])
      assert.equal(pulled.code, 0, pulled.stderr)
      assert.match(pulled.stdout, new RegExp(`Digest: ${digest}\n`))
    })

    test('credentials that a program keeps are asked for, stored and erased there', async () => {
      const folder = join(engine.folder, 'helpers')
      mkdirSync(folder, { recursive: true })
      const helper = join(folder, 'docker-credential-test')
      writeFileSync(helper, HELPER)
      chmodSync(helper, 0o755)
      const env = { PATH: `${folder}:${engine.env['PATH']}`, HELPER_FOLDER: folder }
      writeFileSync(config, '{"credsStore":"test"}')
      const image = `${registry.host}/team/kept:1`
      await call(['tag', 'busybox', image])
      const right = await call(['login', '-u', 'me', '--password-stdin', registry.host], PASSWORD, env)
      assert.equal(right.code, 0, right.stderr)
      assert.doesNotMatch(readFileSync(config, 'utf8'), /auth"/)
      assert.deepEqual(JSON.parse(readFileSync(join(folder, 'kept'), 'utf8')), {
        ServerURL: registry.host,
        Username: 'me',
        Secret: PASSWORD,
      })
      const pushed = await call(['push', image], undefined, env)
      assert.equal(pushed.code, 0, pushed.stderr)
      await call(['logout', registry.host], undefined, env)
      assert.equal((await call(['push', image], undefined, env)).code, 1)
    })
  })
}

test('a registry is searched, where it can be', { skip: systemSkip() }, async () => {
  await using engine = await TestEngine.startEmpty()
  await using registry = await ScriptedRegistry.start()
  const results = [
    { name: 'team/app', description: 'An application\nin two lines', star_count: 3, is_official: false },
    { name: 'app', description: 'The official one', star_count: 40, is_official: true, is_automated: true },
  ]
  registry.fault(/^\/v1\/search/, { kind: 'status', status: 200, body: JSON.stringify({ results }) }, 3)
  const clients = [GANTRY, ...DOCKER_CLIS.slice(0, 1).map(({ path }) => path)]
  const outputs: string[] = []
  for (const path of clients) {
    const { stdout, stderr } = await run(path, ['search', `${registry.host}/app`], { env: engine.env })
    assert.equal(stderr, '')
    outputs.push(stdout)
  }
  assert.match(
    outputs[0] ?? '',
    /^NAME +DESCRIPTION +STARS +OFFICIAL\nteam\/app +An application in two lines +3 +\napp +The official one +40 +\[OK\]\n$/,
  )
  for (const output of outputs) assert.equal(output, outputs[0])
  assert.equal(registry.seen(/search/)[0]?.url.includes('q=app&n=25'), true)
  const path = `/images/search?term=${registry.host}/app&filters=${encodeURIComponent('{"is-official":["true"]}')}`
  assert.deepEqual((await engine.api('GET', path)).json, [
    { star_count: 40, is_official: true, name: 'app', is_automated: false, description: 'The official one' },
  ])
  const missing = await engine.api('GET', `/images/search?term=${registry.host}/app`)
  assert.equal(missing.status, 404)
  assert.match(missing.text, /cannot be searched/)
  assert.equal((await engine.api('GET', '/images/search?term=app&limit=101')).status, 400)
})

test('what is set about registries is told, and what cannot be is refused', { skip: systemSkip() }, async () => {
  const args = ['--registry-mirror', 'https://mirror:5000', '--insecure-registry', 'lab:5000']
  await using engine = await TestEngine.startEmpty(...args, '--insecure-registry', '10.0.0.0/8')
  const { RegistryConfig } = (await engine.api('GET', '/info')).json as Record<string, unknown>
  assert.deepEqual(RegistryConfig, {
    InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8', '10.0.0.0/8'],
    IndexConfigs: {
      'lab:5000': { Name: 'lab:5000', Mirrors: [], Secure: false, Official: false },
      'docker.io': { Name: 'docker.io', Mirrors: ['https://mirror:5000'], Secure: true, Official: true },
    },
    Mirrors: ['https://mirror:5000'],
  })
  for (const [flag, value, words] of [
    ['--registry-mirror', 'ftp://mirror', /invalid mirror: unsupported scheme "ftp"/],
    ['--registry-mirror', 'https://mirror/path', /invalid mirror: path, query, or fragment/],
    ['--max-concurrent-downloads', '0', /invalid max-concurrent-downloads: 0/],
  ] as const) {
    const { code, stderr } = await run(GANTRY, ['daemon', flag, value], { env: clientEnvironment() })
    assert.equal(code, 1)
    assert.match(stderr, words)
  }
})

test('a registry is asked what it has under a name', { skip: systemSkip() }, async () => {
  await using engine = await TestEngine.startEmpty()
  await using registry = await ScriptedRegistry.start()
  const { manifest } = registry.addImage('app', '1', [Buffer.alloc(1024)])
  const answer = await engine.api('GET', `/distribution/${registry.host}/app:1/json`)
  const { mediaType, digest, size } = manifest
  assert.deepEqual(answer.json, {
    Descriptor: { mediaType, digest, size },
    Platforms: [{ architecture: 'amd64', os: 'linux' }],
  })
  const missing = await engine.api('GET', `/distribution/${registry.host}/app:2/json`)
  assert.equal(missing.status, 404)
})

/** Keeps one secret in a file beside itself. */
const HELPER = `#!/bin/sh
case "$1" in
  store) cat > "$HELPER_FOLDER/kept" ;;
  get) cat > /dev/null; cat "$HELPER_FOLDER/kept" 2> /dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
  erase) rm "$HELPER_FOLDER/kept" ;;
esac
`
