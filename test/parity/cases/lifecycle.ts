import {
  type ApiStep,
  begin,
  collect,
  create,
  del,
  docker,
  filters,
  finished,
  get,
  IDLE,
  type ParityCase,
  post,
  running,
  said,
  start,
  until,
} from '../case.ts'

const inspect: ApiStep = get('/containers/{c}/json', { label: 'inspect' })
const state: ApiStep = get('/containers/{c}/json', { label: 'state', pick: ['State'] })

function act(action: string, query = ''): ApiStep {
  return post(`/containers/{c}/${action}${query}`, undefined, { label: `${action}${query}` })
}

/** Everything that can be asked of a container, asked of one that is not there. */
const OF_NOTHING: readonly ApiStep[] = [
  get('/containers/nope/json'),
  post('/containers/nope/start'),
  post('/containers/nope/stop'),
  post('/containers/nope/kill'),
  post('/containers/nope/kill?signal=NOPE'),
  post('/containers/nope/wait'),
  post('/containers/nope/resize?h=1&w=1'),
  get('/containers/nope/logs?stdout=1'),
  post('/containers/nope/attach?stream=1&stdout=1'),
  del('/containers/nope'),
  del('/containers/nope?force=1'),
].map(step => ({ ...step, label: `${step.method} ${step.path}` }))

export const LIFECYCLE_CASES: readonly ParityCase[] = [
  {
    name: 'container: prune',
    steps: [
      ...running({ Labels: { '{c}': 'runs' } }),
      post('/containers/create?name={c}-2', { Image: 'busybox', Labels: { '{c}': 'new', a: 'b' } }, { label: 'new' }),
      docker('container', 'prune', '-f', '--filter', 'label={c}', '--filter', 'until=1h'),
      docker('container', 'prune', '-f', '--filter', 'label={c}', '--filter', 'label!=a'),
      post(`/containers/prune?${filters({ label: ['{c}'] })}`, undefined, {
        label: 'prune',
        pick: ['ContainersDeleted'],
      }),
      get(`/containers/json?all=1&${filters({ label: ['{c}'] })}`, { label: 'list', each: ['Names'] }),
    ],
  },
  { name: 'container: one that is not there', steps: OF_NOTHING },
  {
    name: 'container: record while it runs',
    steps: [...running(), inspect, get('/containers/{c}/json?size=1', { label: 'with its size', pick: ['SizeRw'] })],
  },
  { name: 'container: record after its end', steps: [...finished('exit 3'), inspect] },
  { name: 'container: record after its end, by an old API', api: '1.24', steps: [...finished('exit 3'), inspect] },
  {
    name: 'container: start twice',
    steps: [...running(), { ...start, label: 'again' }, state],
  },
  {
    name: 'container: start with a body',
    steps: [
      create({ Cmd: ['true'] }),
      post('/containers/{c}/start', {}, { label: 'empty object' }),
      until(),
      post('/containers/{c}/start', { Binds: ['/tmp:/x'] }, { label: 'host configuration' }),
    ],
  },
  {
    name: 'container: start again after its end',
    steps: [...finished('echo x; exit 3'), start, until(), state, said()],
  },
  {
    name: 'container: stop',
    steps: [...running(), act('stop', '?t=5'), state, act('stop'), said()],
  },
  { name: 'container: stop what was never started', steps: [create(), act('stop'), state] },
  {
    name: 'container: stop by a kill',
    steps: [
      ...running({ Cmd: ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'] }),
      act('stop', '?t=0'),
      state,
    ],
  },
  {
    name: 'container: stop after its own time',
    steps: [
      ...running({ Cmd: ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], StopTimeout: 1 }),
      act('stop'),
      state,
    ],
  },
  {
    name: 'container: stop with its own signal',
    steps: [
      ...running({
        Cmd: ['sh', '-c', 'trap "exit 9" USR1; echo ready; while :; do sleep 0.1; done'],
        StopSignal: 'SIGUSR1',
      }),
      act('stop', '?t=5'),
      state,
    ],
  },
  {
    name: 'container: stop with another signal',
    except: 'docker 20.10',
    steps: [
      ...running({ Cmd: ['sh', '-c', 'trap "exit 9" USR2; echo ready; while :; do sleep 0.1; done'] }),
      act('stop', '?signal=NOPE'),
      act('stop', '?signal=SIGUSR2&t=5'),
      state,
    ],
  },
  {
    name: 'container: stop with times that cannot be',
    steps: [...running(), act('stop', '?t=x'), act('stop', '?t=1.5'), act('stop', '?t=')],
  },
  {
    name: 'container: kill',
    steps: [...running(), act('kill'), until(), state, act('kill')],
  },
  { name: 'container: kill what was never started', steps: [create(), act('kill'), act('kill', '?signal=NOPE')] },
  {
    name: 'container: kill with signals that cannot be',
    steps: [
      ...running(),
      ...['NOPE', '0', '-1', '999', '1.5', '%20', '65', 'SIGRTMIN%2B99'].map(signal =>
        act('kill', `?signal=${signal}`),
      ),
      state,
    ],
  },
  ...['TERM', 'SIGTERM', 'term', '15'].map(signal => ({
    name: `container: kill with the signal ${signal}`,
    steps: [...running(), act('kill', `?signal=${signal}`), until(), state],
  })),
  {
    name: 'container: kill with a signal that does not end it',
    steps: [
      ...running({
        Cmd: ['sh', '-c', 'trap "echo got; exit 4" USR2; trap "echo hup" HUP; echo ready; while :; do sleep 0.1; done'],
      }),
      act('kill', '?signal=HUP'),
      until('hup'),
      act('kill', '?signal=usr2'),
      until(),
      said(),
      state,
    ],
  },
  {
    name: 'container: wait',
    steps: [
      ...finished('exit 5'),
      act('wait'),
      act('wait', '?condition='),
      act('wait', '?condition=not-running'),
      act('wait', '?condition=nope'),
    ],
  },
  {
    name: 'container: wait for what was never started',
    steps: [
      create({ Cmd: IDLE }),
      act('wait'),
      begin('wait for the next end', act('wait', '?condition=next-exit')),
      start,
      until('ready'),
      act('stop', '?t=5'),
      collect('wait for the next end'),
    ],
  },
  {
    name: 'container: wait while it runs',
    steps: [...running(), begin('the wait', act('wait')), act('stop', '?t=5'), collect('the wait')],
  },
  {
    name: 'container: wait for its removal',
    steps: [
      ...running(),
      begin('the wait', act('wait', '?condition=removed')),
      del('/containers/{c}?force=1', { label: 'remove' }),
      collect('the wait'),
    ],
  },
  {
    name: 'container: remove itself',
    steps: [
      ...running({ HostConfig: { AutoRemove: true } }),
      begin('the wait', act('wait', '?condition=removed')),
      act('kill', '?signal=TERM'),
      collect('the wait'),
      inspect,
    ],
  },
  {
    name: 'container: remove',
    steps: [
      ...running(),
      del('/containers/{c}', { label: 'while it runs' }),
      del('/containers/{c}?force=nope', { label: 'bad force' }),
      act('stop', '?t=5'),
      del('/containers/{c}?v=1', { label: 'after' }),
      del('/containers/{c}', { label: 'again' }),
    ],
  },
  {
    name: 'container: remove by force',
    steps: [...running(), del('/containers/{c}?force=1', { label: 'remove' }), inspect],
  },
  {
    name: 'container: remove a link',
    steps: [create(), del('/containers/{c}?link=1', { label: 'link' })],
  },
  {
    name: 'container: names and ids',
    steps: [
      post('/containers/create?name={c}-a', { Image: 'busybox', Cmd: IDLE }, { capture: 'id', label: 'create' }),
      get('/containers/{id}/json', { label: 'by id', pick: ['Name'] }),
      get('/containers/%2F{c}-a/json', { label: 'by name with its slash', pick: ['Name'] }),
      get('/containers/{c}/json', { label: 'by the beginning of its name' }),
    ],
  },
  {
    name: 'container: sizes of a terminal',
    steps: [
      ...running({ Tty: true }),
      act('resize', '?h=24&w=80'),
      act('resize', '?h=x&w=80'),
      act('resize', ''),
      act('resize', '?h=0&w=0'),
      act('resize', '?h=-1&w=80'),
      act('resize', '?h=99999999999&w=80'),
      act('stop', '?t=5'),
      act('resize', '?h=24&w=80'),
    ],
  },
  {
    name: 'container: starts that fail',
    steps: [
      ...[
        ['not found', { Cmd: ['nope'] }],
        ['not found at its path', { Cmd: ['/nope'] }],
        ['not executable', { Cmd: ['/etc/passwd'] }],
        ['a folder', { Cmd: ['/etc'] }],
        ['empty', { Cmd: [''] }],
        ['unknown user', { Cmd: ['true'], User: 'nope' }],
        ['unknown group', { Cmd: ['true'], User: '0:nope' }],
        ['negative user', { Cmd: ['true'], User: '-1' }],
        ['large user', { Cmd: ['true'], User: '4294967296' }],
        ['working folder that is a file', { Cmd: ['true'], WorkingDir: '/etc/passwd' }],
      ].flatMap(([label, config]) => failing(String(label), config)),
    ],
  },
]

function failing(label: string, config: unknown): ApiStep[] {
  const name = `{c}-${label.replaceAll(' ', '-')}`
  const body = { Image: 'busybox', ...(config as object) }
  return [
    post(`/containers/create?name=${name}`, body, { label: `${label}: create` }),
    post(`/containers/${name}/start`, undefined, { label: `${label}: start` }),
    get(`/containers/${name}/json`, { label: `${label}: state`, pick: ['State'] }),
  ]
}
