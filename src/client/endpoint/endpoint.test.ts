import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotFound } from '#lib/errors'
import { configFolder, type EndpointInputs, findEndpoint } from './endpoint.ts'

const CONTEXTS: Readonly<Record<string, string>> = {
  remote: 'tcp://remote:2376',
  other: 'unix:///other.sock',
  ssh: 'ssh://me@there',
}

function find(inputs: Partial<EndpointInputs>) {
  return findEndpoint({
    flags: {},
    env: {},
    folder: '/home/me/.docker',
    config: {},
    contexts: name => {
      const host = CONTEXTS[name]
      if (host === undefined) throw new NotFound(`context "${name}": context not found`)
      return { host, tls: undefined }
    },
    socketExists: () => false,
    fileExists: () => false,
    ...inputs,
  })
}

const whereOf = (inputs: Partial<EndpointInputs>) => {
  const { context, host } = find(inputs)
  return `${context} ${host}`
}

test('what is said first wins: --context, --host, DOCKER_HOST, DOCKER_CONTEXT, currentContext', () => {
  const config = { currentContext: 'other' }
  const env = { DOCKER_CONTEXT: 'remote' }
  const hostEnv = { ...env, DOCKER_HOST: 'tcp://env:1' }
  assert.equal(whereOf({ config, env: hostEnv, flags: { context: 'other' } }), 'other unix:///other.sock')
  assert.equal(whereOf({ config, env: hostEnv, flags: { host: 'tcp://flag:1' } }), 'default tcp://flag:1')
  assert.equal(whereOf({ config, env, flags: { host: 'tcp://flag:1' } }), 'default tcp://flag:1')
  assert.equal(whereOf({ config, env: hostEnv }), 'default tcp://env:1')
  assert.equal(whereOf({ config, env }), 'remote tcp://remote:2376')
  assert.equal(whereOf({ config }), 'other unix:///other.sock')
  assert.equal(whereOf({}), 'default unix:///var/run/docker.sock')
})

test('empty means not said', () => {
  const env = { DOCKER_HOST: '', DOCKER_CONTEXT: '' }
  assert.equal(
    whereOf({ env, flags: { host: '', context: '' }, config: { currentContext: '' } }),
    'default unix:///var/run/docker.sock',
  )
})

test('the context named default is the default, whatever config.json says', () => {
  const config = { currentContext: 'other' }
  assert.equal(whereOf({ config, flags: { context: 'default' } }), 'default unix:///var/run/docker.sock')
  assert.equal(
    whereOf({ config, env: { DOCKER_HOST: 'tcp://env:1' }, flags: { context: 'default' } }),
    'default tcp://env:1',
  )
})

test('where nothing is said, the engine is Gantry where it is there', () => {
  const asked: string[] = []
  const socketExists = (path: string) => asked.push(path) > 0
  assert.equal(whereOf({ socketExists }), 'default unix:///run/gantry/gantry.sock')
  assert.deepEqual(asked, ['/run/gantry/gantry.sock'])
  assert.deepEqual([find({}).absent, find({ socketExists }).absent], ['unix:///run/gantry/gantry.sock', undefined])
  assert.equal(find({ env: { DOCKER_HOST: 'unix:///x' } }).absent, undefined)
  assert.equal(whereOf({ socketExists, env: { DOCKER_HOST: 'unix:///x' } }), 'default unix:///x')
  assert.equal(
    whereOf({ socketExists, flags: { context: 'bare' }, contexts: () => ({ host: undefined, tls: undefined }) }),
    'bare unix:///run/gantry/gantry.sock',
  )
})

test('what cannot be is refused', () => {
  assert.throws(() => find({ flags: { host: 'tcp://x', context: 'remote' } }), {
    kind: 'invalid-argument',
    message: 'conflicting options: cannot specify both --host and --context',
  })
  assert.throws(() => find({ config: { currentContext: 'gone' } }), { kind: 'not-found' })
  assert.throws(() => find({ flags: { context: 'ssh' } }), { kind: 'not-implemented' })
  assert.throws(() => find({ env: { DOCKER_HOST: 'http://x' } }), { kind: 'invalid-argument' })
})

const tlsOf = (inputs: Partial<EndpointInputs>) =>
  find({ env: { DOCKER_HOST: 'tcp://x:1', ...inputs.env }, ...rest(inputs) }).tls
const rest = ({ env: _, ...inputs }: Partial<EndpointInputs>): Partial<EndpointInputs> => inputs

test('TLS is wanted by a flag or a variable, and its files lie in the config folder or DOCKER_CERT_PATH', () => {
  const there = { fileExists: () => true }
  const files = (folder: string, skipVerify: boolean) => ({
    ca: `${folder}/ca.pem`,
    cert: `${folder}/cert.pem`,
    key: `${folder}/key.pem`,
    skipVerify,
  })
  const folder = '/home/me/.docker'
  assert.equal(tlsOf({}), undefined)
  assert.deepEqual(tlsOf({ ...there, env: { DOCKER_TLS_VERIFY: '0' } }), files(folder, false))
  assert.deepEqual(tlsOf({ ...there, env: { DOCKER_TLS: '1', DOCKER_CERT_PATH: '/c' } }), files('/c', true))
  assert.deepEqual(tlsOf({ ...there, flags: { tls: true } }), files(folder, true))
  assert.deepEqual(tlsOf({ ...there, flags: { tlsverify: true } }), files(folder, false))
  assert.deepEqual(tlsOf({ ...there, flags: { tlsverify: false } }), files(folder, true))
  assert.equal(tlsOf({ ...there, flags: { tls: false }, env: { DOCKER_TLS: '1' } }), undefined)
})

test('an authority must be there, a certificate of one’s own need not', () => {
  assert.deepEqual(tlsOf({ flags: { tlsverify: true } }), {
    ca: '/home/me/.docker/ca.pem',
    cert: undefined,
    key: undefined,
    skipVerify: false,
  })
  assert.deepEqual(tlsOf({ flags: { tls: true, tlscacert: '/a', tlscert: '/b', tlskey: '/c' } }), {
    ca: '/a',
    cert: '/b',
    key: '/c',
    skipVerify: true,
  })
})

test('TLS without a host means TCP, and a socket needs no TLS', () => {
  const { host, tls } = find({ flags: { tls: true }, socketExists: () => true })
  assert.equal(host, 'tcp://localhost:2376')
  assert.ok(tls !== undefined)
  assert.equal(find({ flags: { tls: true, host: 'unix:///x' } }).tls, undefined)
})

test('the config folder is that of the flag, of DOCKER_CONFIG, or ~/.docker', () => {
  assert.equal(configFolder({ config: '/a' }, { DOCKER_CONFIG: '/b' }, '/home/me'), '/a')
  assert.equal(configFolder({}, { DOCKER_CONFIG: '/b' }, '/home/me'), '/b')
  assert.equal(configFolder({}, { DOCKER_CONFIG: '' }, '/home/me'), '/home/me/.docker')
})
