import {
  type ApiStep,
  create,
  filters,
  get,
  type JsonObject,
  type ParityCase,
  post,
  running,
  type Step,
} from '../case.ts'

/** Names and states of what a filter leaves of this case's containers. */
function names(by: JsonObject, query = 'all=1'): ApiStep {
  return {
    ...get(
      `/containers/json?${query}&${filters({ ...by, label: ['case={c}', ...((by['label'] as string[]) ?? [])] })}`,
    ),
    label: `${query} ${JSON.stringify(by)}`,
    view: 'json',
    each: ['Names', 'State'],
  }
}

/** The answer itself, where it is an error. */
function bad(by: JsonObject): ApiStep {
  return {
    ...get(`/containers/json?all=1&${filters({ ...by, label: ['nothing has it'] })}`),
    label: JSON.stringify(by),
    each: [],
  }
}

function container(name: string, config: JsonObject = {}): ApiStep {
  const body = { Image: 'busybox', ...config, Labels: { case: '{c}', [name]: `is ${name}` } }
  return post(`/containers/create?name={c}-${name}`, body, { label: `create ${name}`, capture: name })
}

function exposing(name: string, ports: JsonObject, host: JsonObject = {}): Step[] {
  return [
    container(name, { Cmd: ['sleep', '1000'], ExposedPorts: ports, HostConfig: host }),
    post(`/containers/{c}-${name}/start`, undefined, { label: `start ${name}` }),
    get(`/containers/json?all=1&${filters({ name: [`{c}-${name}`] })}`, { label: `ports of ${name}`, each: ['Ports'] }),
  ]
}

/** `new` never ran, `zero` and `three` ended so, `up` runs. */
const FOUR: readonly Step[] = [
  container('new'),
  container('zero', { Cmd: ['true'] }),
  post('/containers/{c}-zero/start', undefined, { label: 'start zero' }),
  post('/containers/{c}-zero/wait', undefined, { label: 'wait zero' }),
  container('three', { Cmd: ['sh', '-c', 'exit 3'], HostConfig: { NetworkMode: 'none' } }),
  post('/containers/{c}-three/start', undefined, { label: 'start three' }),
  post('/containers/{c}-three/wait', undefined, { label: 'wait three' }),
  container('up', { Cmd: ['sleep', '1000'], ExposedPorts: { '80/tcp': {} } }),
  post('/containers/{c}-up/start', undefined, { label: 'start up' }),
]

export const LIST_CASES: readonly ParityCase[] = [
  {
    name: 'list: an item that runs',
    steps: [
      ...running({ Labels: { a: 'b' }, ExposedPorts: { '80/tcp': {} } }),
      get(`/containers/json?${filters({ name: ['{c}'] })}`, { label: 'list' }),
      get(`/containers/json?size=1&${filters({ name: ['{c}'] })}`, { label: 'with sizes', each: ['SizeRw'] }),
    ],
  },
  {
    name: 'list: an item that never ran',
    steps: [
      create({ Cmd: ['sh', '-c', 'echo a b'], HostConfig: { Binds: ['/srv:/srv:ro'], NetworkMode: 'none' } }),
      get(`/containers/json?all=1&${filters({ name: ['{c}'] })}`, { label: 'list' }),
    ],
  },
  {
    name: 'list: an item by an old API',
    api: '1.24',
    steps: [create(), get(`/containers/json?all=1&${filters({ name: ['{c}'] })}`, { label: 'list' })],
  },
  {
    name: 'list: filters',
    steps: [
      ...FOUR,
      names({}),
      names({}, 'all=0'),
      names({}, 'all=1&limit=2'),
      names({}, 'limit=3'),
      names({}, 'limit=0'),
      names({}, 'limit=-1'),
      ...['created', 'running', 'exited', 'paused', 'dead', 'removing', 'restarting'].map(status =>
        names({ status: [status] }, 'all=0'),
      ),
      names({ status: ['created', 'exited'] }),
      names({ name: ['{c}-up'] }),
      names({ name: ['/{c}-up'] }),
      names({ name: ['^/{c}-(up|new)$'] }),
      names({ name: ['nope'] }),
      names({ name: ['UP'] }),
      names({ id: ['{up}'] }),
      names({ id: ['nope'] }),
      names({ label: ['up'] }),
      names({ label: ['up=is up'] }),
      names({ label: ['up=is'] }),
      names({ label: ['up', 'new'] }),
      names({ ancestor: ['busybox'] }),
      names({ ancestor: ['busybox:latest'] }),
      names({ ancestor: ['nope'] }),
      names({ exited: ['0'] }),
      names({ exited: ['3'] }),
      names({ exited: ['0', '3'] }),
      names({ before: ['{c}-three'] }),
      names({ since: ['{c}-zero'] }),
      names({ network: ['bridge'] }),
      names({ network: ['none'] }),
      names({ network: ['nope'] }),
      names({ volume: ['/nope'] }),
      names({ health: ['none'] }),
      names({ health: ['healthy'] }),
      names({ 'is-task': ['false'] }),
      names({ 'is-task': ['true'] }),
      names({ isolation: ['default'] }),
      names({ publish: ['80'] }),
      names({ expose: ['80'] }),
      names({ expose: ['81'] }),
      names({ status: { running: true } }),
    ],
  },
  {
    name: 'list: filters on ports',
    steps: [
      ...exposing('web', { '80/tcp': {} }),
      ...exposing('dns', { '8001/udp': {} }),
      ...exposing('other', { '90/tcp': {} }),
      ...exposing('host', { '80/tcp': {} }, { NetworkMode: 'host' }),
      ...exposing('alone', { '80/tcp': {} }, { NetworkMode: 'none' }),
      container('new', { ExposedPorts: { '80/tcp': {} } }),
      container('ended', { Cmd: ['true'], ExposedPorts: { '80/tcp': {} } }),
      post('/containers/{c}-ended/start', undefined, { label: 'start ended' }),
      post('/containers/{c}-ended/wait', undefined, { label: 'wait ended' }),
      ...['80', '80/tcp', '80/udp', '8001/udp', '8001', '79-85', '7000-9000/udp', '80/', '80/TCP', '81', '0'].map(
        port => names({ expose: [port] }),
      ),
      names({ expose: ['80', '90'] }),
      names({ expose: ['80'], publish: ['0'] }),
      names({ expose: ['81'], publish: ['80'] }),
      ...['80', '80/tcp', '0', '0/udp', '0-100'].map(port => names({ publish: [port] })),
    ],
  },
  {
    name: 'list: filters on ports that cannot be',
    steps: ['', 'x', '1:2', '80-70', '80-', '-80', '70000', '80-81-82', '80/tcp/udp', '/tcp', '8 0', '-1'].flatMap(
      value => [bad({ publish: [value] }), bad({ expose: [value] })],
    ),
  },
  {
    name: 'list: filters that cannot be',
    steps: [
      bad({ nope: ['x'] }),
      bad({ status: ['nope'] }),
      bad({ exited: ['x'] }),
      bad({ before: ['nope'] }),
      bad({ since: ['nope'] }),
      bad({ health: ['nope'] }),
      bad({ name: ['('] }),
      bad({ 'is-task': ['x'] }),
      bad({ publish: ['x'] }),
      bad({ status: 'running' }),
      bad({ status: [1] }),
      get('/containers/json?filters=nope', { label: 'no JSON' }),
      get('/containers/json?filters=[]', { label: 'a list' }),
      get('/containers/json?filters={', { label: 'cut off' }),
      get('/containers/json?limit=x', { label: 'bad limit' }),
    ],
  },
]
