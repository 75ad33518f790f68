import {
  begin,
  collect,
  create,
  del,
  docker,
  filters,
  get,
  type ParityCase,
  post,
  running,
  start,
  until,
} from '../case.ts'

/** What has happened so far; the end lies a second ahead, as clients send whole seconds. */
const PAST = ['events', '--since', '5m', '--until=-1s'] as const
const LINE = '{{.Type}} {{.Action}} {{json .Actor.Attributes}}'

function past(filter: string, format = LINE) {
  return docker(...PAST, '--filter', filter, '--format', format)
}

export const EVENT_CASES: readonly ParityCase[] = [
  {
    name: 'events: of a container that is stopped, started and removed',
    steps: [
      ...running({ Labels: { a: 'b', name: 'label' } }),
      post('/containers/{c}/stop?t=5', undefined, { label: 'stop' }),
      start,
      until('ready'),
      post('/containers/{c}/kill?signal=9', undefined, { label: 'kill' }),
      del('/containers/{c}', { label: 'remove' }),
      // Docker 28 tells of the stop before the end or after it.
      { ...past('container={c}'), view: 'sorted' },
    ],
  },
  {
    name: 'events: of a container that is removed by force',
    steps: [...running(), del('/containers/{c}?force=1', { label: 'remove' }), past('container={c}')],
  },
  {
    name: 'events: of a run',
    steps: [docker('run', '--rm', '--name', '{c}', 'busybox', 'false'), past('container={c}')],
  },
  {
    name: 'events: of one that takes too much memory',
    steps: [
      create({ Cmd: ['sh', '-c', 'exec tail /dev/zero'], HostConfig: { Memory: 16e6, MemorySwap: 16e6 } }),
      start,
      until(),
      get('/containers/{c}/json', { label: 'state', pick: ['State.OOMKilled', 'State.ExitCode'] }),
      { ...past('container={c}', '{{.Action}}'), view: 'sorted' },
    ],
  },
  {
    name: 'events: of networks',
    steps: [
      create({ Cmd: ['true'], Hostname: 'a' }, { capture: 'id' }),
      start,
      until(),
      create({ Cmd: ['true'] }, { label: 'again' }),
      docker(...PAST, '--filter', 'type=network', '--filter', 'network=nope', '--format', LINE),
    ],
  },
  {
    name: 'events: a line in full',
    steps: [
      create({ Cmd: ['true'], Labels: { html: '<&>' } }),
      docker(...PAST, '--filter', 'container={c}', '--format', '{{json .}}', { view: 'json-lines' }),
      docker(...PAST, '--filter', 'container={c}'),
    ],
  },
  {
    name: 'events: live',
    steps: [
      begin('stream', docker('events', '--until=-2s', '--since', '5m', '--filter', 'container={c}', '--format', LINE)),
      create({ Cmd: ['true'] }),
      del('/containers/{c}', { label: 'remove' }),
      collect('stream'),
    ],
  },
  {
    name: 'events: filters',
    steps: [
      create({ Cmd: ['true'], Labels: { a: '1', b: '2' } }),
      ...['label=a', 'label=a=1', 'label=a=2', 'event=create', 'event=creat', 'image=busybox', 'type=image'].map(
        filter => ({
          ...docker(...PAST, '--filter', 'container={c}', '--filter', filter, '--format', '{{.Action}}'),
          label: filter,
        }),
      ),
      { ...docker(...PAST, '--filter', 'container={c}', '--filter', 'scope=swarm'), label: 'scope' },
    ],
  },
  {
    name: 'events: times and filters that cannot be',
    steps: [
      get('/events?since=x', { label: 'since x' }),
      get('/events?until=x', { label: 'until x' }),
      get('/events?since=20&until=10', { label: 'backwards' }),
      get('/events?since=1&until=2', { label: 'long past' }),
      get('/events?until=2&filters=x', { label: 'filters' }),
      get(`/events?until=2&${filters({ type: ['container'] })}`, { label: 'end in the past' }),
    ],
  },
  {
    name: 'events: of images',
    steps: [
      docker('tag', 'busybox', '{c}:x'),
      docker('rmi', '{c}:x'),
      docker(...PAST, '--filter', 'type=image', '--filter', 'image={c}', '--filter', 'event=tag', '--format', LINE),
    ],
  },
]
