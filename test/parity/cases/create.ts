import { type ApiStep, create, del, get, type Json, type JsonObject, type ParityCase, post } from '../case.ts'

/** Creation with one field that is not right. */
function refused(label: string, config: Json): ApiStep {
  return post(`/containers/create?name={c}-${label.replaceAll(' ', '-')}`, config, { label })
}

function host(label: string, config: JsonObject): ApiStep {
  return refused(label, { Image: 'busybox', HostConfig: config })
}

/** Creation that may succeed, of a container of its own. */
function made(name: string, config: JsonObject): ApiStep[] {
  const path = `/containers/{c}-${name}`
  return [
    post(`/containers/create?name={c}-${name}`, { Image: 'busybox', ...config }, { label: `create ${name}` }),
    get(`${path}/json`, { label: `inspect ${name}` }),
  ]
}

export const CREATE_CASES: readonly ParityCase[] = [
  {
    name: 'create: answer and record',
    steps: [create(), get('/containers/{c}/json', { label: 'inspect' })],
  },
  {
    name: 'create: record by an old API',
    api: '1.24',
    steps: [create(), get('/containers/{c}/json', { label: 'inspect' })],
  },
  {
    name: 'create: names',
    steps: [
      create({}, { label: 'first' }),
      create({}, { label: 'again' }),
      post('/containers/create?name=a', { Image: 'busybox' }, { label: 'one letter' }),
      post('/containers/create?name=-{c}', { Image: 'busybox' }, { label: 'dash first' }),
      post('/containers/create?name=.{c}', { Image: 'busybox' }, { label: 'dot first' }),
      post('/containers/create?name=%C3%A4{c}', { Image: 'busybox' }, { label: 'umlaut' }),
      post('/containers/create?name=a%20b', { Image: 'busybox' }, { label: 'space' }),
      post('/containers/create?name=a%2Fb', { Image: 'busybox' }, { label: 'slash' }),
      post('/containers/create?name=/{c}', { Image: 'busybox' }, { label: 'again with its slash' }),
      post('/containers/create?name=/{c}-2', { Image: 'busybox' }, { label: 'another with a slash' }),
      get('/containers/{c}-2/json', { label: 'inspect', pick: ['Name'] }),
      post('/containers/create?name=', { Image: 'busybox' }, { label: 'empty', capture: 'unnamed' }),
      del('/containers/{unnamed}', { label: 'remove' }),
    ],
  },
  {
    name: 'create: images that cannot be',
    steps: [
      refused('unknown', { Image: 'nope' }),
      refused('unknown tag', { Image: 'busybox:nope' }),
      refused('unknown in a registry', { Image: 'example.com:5000/a/b:c' }),
      refused('unknown digest', { Image: `busybox@sha256:${'a'.repeat(64)}` }),
      refused('unknown id', { Image: `sha256:${'a'.repeat(64)}` }),
      refused('capital', { Image: 'Busybox' }),
      refused('two colons', { Image: 'a:b:c' }),
      refused('bad digest', { Image: 'busybox@sha256:abc' }),
      refused('space', { Image: 'busy box' }),
      refused('none', {}),
      refused('empty', { Image: '' }),
      refused('number', { Image: 7 }),
    ],
  },
  {
    name: 'create: fields of the wrong type',
    steps: [
      refused('Cmd is a number', { Image: 'busybox', Cmd: 7 }),
      refused('Cmd is text', { Image: 'nope', Cmd: 'sh' }),
      refused('Env is an object', { Image: 'busybox', Env: { a: 'b' } }),
      refused('Env holds numbers', { Image: 'busybox', Env: [1] }),
      refused('Labels is a list', { Image: 'busybox', Labels: ['a=b'] }),
      refused('Labels hold numbers', { Image: 'busybox', Labels: { a: 1 } }),
      refused('Tty is text', { Image: 'busybox', Tty: 'yes' }),
      refused('StopTimeout is text', { Image: 'busybox', StopTimeout: '5' }),
      refused('ExposedPorts is a list', { Image: 'busybox', ExposedPorts: ['80/tcp'] }),
      host('Memory is text', { Memory: '5m' }),
      host('Memory is a fraction', { Memory: 1.5 }),
      host('Binds is text', { Binds: '/a:/b' }),
      host('RestartPolicy is text', { RestartPolicy: 'always' }),
      refused('HostConfig is text', { Image: 'busybox', HostConfig: 'x' }),
      refused('NetworkingConfig is text', { Image: 'busybox', NetworkingConfig: 'x' }),
    ],
  },
  {
    name: 'create: values that cannot be',
    steps: [
      host('negative memory', { Memory: -1 }),
      host('memory below the least', { Memory: 1024 }),
      host('swap below memory', { Memory: 64e6, MemorySwap: 32e6 }),
      host('swap without memory', { MemorySwap: 64e6 }),
      host('network mode', { NetworkMode: 'container:' }),
      host('network of an unknown container', { NetworkMode: 'container:nope' }),
      host('shm', { ShmSize: -1 }),
      host('restart policy', { RestartPolicy: { Name: 'sometimes' } }),
      host('negative retries', { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: -1 } }),
      host('retries of always', { RestartPolicy: { Name: 'always', MaximumRetryCount: 3 } }),
      host('restart and remove', { RestartPolicy: { Name: 'always' }, AutoRemove: true }),
      host('log driver', { LogConfig: { Type: 'nope' } }),
      host('log option', { LogConfig: { Type: 'json-file', Config: { nope: 'x' } } }),
      host('log size', { LogConfig: { Type: 'json-file', Config: { 'max-size': 'x' } } }),
      host('log files', { LogConfig: { Type: 'json-file', Config: { 'max-file': '0' } } }),
      host('runtime', { Runtime: 'nope' }),
      host('isolation', { Isolation: 'hyperv' }),
      refused('working folder', { Image: 'busybox', WorkingDir: 'relative' }),
      refused('signal', { Image: 'busybox', StopSignal: 'SIGNOPE' }),
      refused('environment', { Image: 'busybox', Env: ['=x'] }),
      refused('environment without a name', { Image: 'busybox', Env: [''] }),
      refused('host name', { Image: 'busybox', Hostname: 'not/a/name' }),
      refused('exposed port', { Image: 'busybox', ExposedPorts: { 'x/tcp': {} } }),
      refused('exposed port number', { Image: 'busybox', ExposedPorts: { '70000/tcp': {} } }),
      refused('exposed protocol', { Image: 'busybox', ExposedPorts: { '80/nope': {} } }),
    ],
  },
  {
    name: 'create: binds that cannot be',
    steps: [
      host('one part', { Binds: ['relative'] }),
      host('relative target', { Binds: ['/tmp:b'] }),
      host('root', { Binds: ['/tmp:/'] }),
      host('mode', { Binds: ['/tmp:/b:nope'] }),
      host('two modes', { Binds: ['/tmp:/b:ro,rw'] }),
      host('four parts', { Binds: ['/tmp:/b:ro:x'] }),
      host('empty', { Binds: [''] }),
      host('no source', { Binds: [':/b'] }),
      host('twice', { Binds: ['/tmp:/b', '/var:/b'] }),
    ],
  },
  {
    name: 'create: networks that are not there',
    steps: [
      ...made('net', { HostConfig: { NetworkMode: 'nope' } }),
      post('/containers/{c}-net/start', undefined, { label: 'start' }),
    ],
  },
  { name: 'create: record of a host network', steps: made('host', { HostConfig: { NetworkMode: 'host' } }) },
  { name: 'create: record of no network', steps: made('none', { HostConfig: { NetworkMode: 'none' } }) },
  {
    name: 'create: record of limits',
    steps: made('limits', { HostConfig: { Memory: 64e6, PidsLimit: 50, ShmSize: 1e6 } }),
  },
  {
    name: 'create: record of all that a process has',
    steps: made('process', {
      Cmd: ['a', 'b c', ''],
      Entrypoint: ['/bin/x', '-y'],
      Env: ['A=1', 'B', 'C=', 'A=2'],
      User: '1:2',
      WorkingDir: '/a/../b/',
      Tty: true,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      StopSignal: 'SIGINT',
      StopTimeout: 3,
      Hostname: 'name',
      Domainname: 'example.com',
      Labels: { a: 'b', '': 'x' },
      ExposedPorts: { '80/tcp': {}, '53/udp': {}, '90': {}, '100-102/tcp': {} },
    }),
  },
  {
    name: 'create: record of a host configuration',
    steps: made('config', {
      HostConfig: {
        AutoRemove: true,
        ReadonlyRootfs: true,
        Binds: ['/srv:/srv:ro'],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
        ConsoleSize: [24, 80],
        RestartPolicy: { Name: 'no' },
      },
    }),
  },
  {
    name: 'create: warnings',
    steps: [create({ HostConfig: { KernelMemory: 0, MemorySwappiness: -1, OomKillDisable: false } })],
  },
  {
    name: 'create: platform',
    steps: ['linux/amd64', 'linux/arm64', 'linux', 'nope', 'windows/amd64', 'a/b/c/d'].map((platform, at) =>
      post(`/containers/create?name={c}-${at}&platform=${platform}`, { Image: 'busybox' }, { label: platform }),
    ),
  },
]
