import { type ApiStep, del, get, type ParityCase, post } from '../case.ts'

const unversioned = { unversioned: true } as const

function call(method: string, path: string, options: Partial<ApiStep> = {}): ApiStep {
  return { do: 'api', method, path, label: `${method} ${path}`, ...options }
}

/** Calls that Gantry refuses by name; each is a case of its own, so that one that is done is one line less. */
const REFUSED: readonly ApiStep[] = [
  del('/volumes/nope'),
  get('/exec/nope/json'),
  post('/exec/nope/start', {}),
  del('/networks/nope'),
  post('/containers/nope/exec', { Cmd: ['true'] }),
]

export const REFUSED_CALLS: readonly ParityCase[] = REFUSED.map(step => ({
  name: `missing: ${step.method} ${step.path}`,
  steps: [step],
}))

export const SYSTEM_CASES: readonly ParityCase[] = [
  {
    name: 'system: ping and its headers',
    steps: [
      call('GET', '/_ping', { showHeaders: true }),
      call('HEAD', '/_ping', { showHeaders: true }),
      call('GET', '/_ping', { showHeaders: true, ...unversioned }),
    ],
  },
  { name: 'system: version', steps: [get('/version')] },
  { name: 'system: version by an old API', api: '1.24', steps: [get('/version')] },
  { name: 'system: info', steps: [get('/info', { view: 'shape' })] },
  {
    name: 'system: facts of info',
    steps: [
      get('/info', {
        pick: [
          'Containers',
          'OSType',
          'Architecture',
          'NCPU',
          'MemTotal',
          'KernelVersion',
          'OperatingSystem',
          'Name',
          'Driver',
          'LoggingDriver',
          'CgroupDriver',
          'CgroupVersion',
          'DefaultRuntime',
          'IndexServerAddress',
          'Swarm.LocalNodeState',
          'Plugins.Network',
          'Plugins.Volume',
          'Plugins.Log',
          'SecurityOptions',
          'Isolation',
          'IPv4Forwarding',
          'MemoryLimit',
          'PidsLimit',
          'CpuCfsQuota',
          'OomKillDisable',
          'LiveRestoreEnabled',
          'HttpProxy',
          'Labels',
          'Warnings',
        ],
      }),
    ],
  },
  {
    name: 'system: versions in the path',
    steps: ['/v1.1/info', '/v1.11/version', '/v9.99/version', '/v1.52.1/info', '/vx/info', '/v1/info', '/v/info'].map(
      path => call('GET', path, unversioned),
    ),
  },
  {
    name: 'system: every version that is spoken',
    steps: ['1.24', '1.30', '1.40', '1.41'].map(version =>
      call('GET', `/v${version}/containers/json`, { ...unversioned, pick: [] }),
    ),
  },
  {
    name: 'system: routes that do not exist',
    steps: [
      call('GET', '/nope'),
      call('GET', '/', unversioned),
      call('GET', '/containers', {}),
      call('GET', '/containers/', {}),
      call('GET', '/containers/json/', {}),
      call('GET', '//containers/json', {}),
      call('GET', '/containers/a/b/c', {}),
      call('POST', '/images', {}),
      call('GET', '/images/a/b/nope', {}),
    ],
  },
  {
    name: 'system: methods that do not exist',
    steps: [
      call('POST', '/containers/json'),
      call('DELETE', '/containers/json'),
      call('PUT', '/containers/create'),
      call('GET', '/containers/create'),
      call('PATCH', '/info'),
      call('POST', '/info'),
      call('DELETE', '/version'),
      call('POST', '/_ping'),
      call('HEAD', '/info'),
      call('OPTIONS', '/info'),
    ],
  },
  {
    name: 'system: bodies that cannot be read',
    steps: [
      post('/containers/create', '{', { label: 'cut' }),
      post('/containers/create', '[]', { label: 'list' }),
      post('/containers/create', 'null', { label: 'null' }),
      post('/containers/create', '"text"', { label: 'text' }),
      post('/containers/create', '', { label: 'empty' }),
      post('/containers/create', undefined, { label: 'no body' }),
      post('/containers/create', {}, { label: 'nothing in it' }),
      post('/containers/create', '{"Image":"busybox"} trailing', { label: 'trailing' }),
      post('/containers/create', '{"Image":"busybox"', { label: 'no end' }),
      post('/containers/create', '{"Image":"busybox",}', { label: 'comma' }),
    ],
  },
  {
    name: 'system: types of bodies',
    steps: [
      post('/containers/create?name={c}-1', { Image: 'nope' }, { contentType: '', label: 'none' }),
      post('/containers/create?name={c}-2', { Image: 'nope' }, { contentType: 'text/plain', label: 'text' }),
      post(
        '/containers/create?name={c}-3',
        { Image: 'nope' },
        { contentType: 'application/json; charset=utf-8', label: 'with charset' },
      ),
      post(
        '/containers/create?name={c}-4',
        { Image: 'nope' },
        { contentType: 'APPLICATION/JSON', label: 'in capitals' },
      ),
      post(
        '/containers/create?name={c}-5',
        { Image: 'nope' },
        { contentType: 'application/json;;', label: 'malformed' },
      ),
      post('/containers/create?name={c}-6', { Image: 'nope' }, { contentType: 'application/jsonx', label: 'longer' }),
    ],
  },
  {
    name: 'system: networks',
    steps: [
      get('/networks?filters={"name":["none"]}', { label: 'none' }),
      get('/networks/bridge', { label: 'bridge' }),
      get('/networks/host', { label: 'host' }),
      get('/networks/nope', { label: 'unknown' }),
    ],
  },
  {
    name: 'system: things that are not there',
    steps: [get('/volumes/nope'), get('/services'), get('/nodes'), get('/swarm'), get('/plugins/nope/json')],
  },
  {
    name: 'system: disk usage',
    except: 'docker 20.10',
    steps: [
      get('/system/df?type=x', { label: 'unknown type' }),
      get('/system/df?type=volume', { label: 'volumes', pick: ['Images', 'Containers', 'BuildCache', 'LayersSize'] }),
      get('/system/df?type=build-cache', { label: 'build cache', pick: ['Images', 'Containers', 'Volumes'] }),
      get('/system/df?type=container', { label: 'containers', pick: ['Images', 'Volumes', 'LayersSize'] }),
    ],
  },
  ...REFUSED_CALLS,
]
