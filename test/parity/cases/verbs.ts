import {
  type ApiStep,
  begin,
  collect,
  create,
  del,
  docker,
  finished,
  get,
  type JsonObject,
  type ParityCase,
  post,
  running,
  said,
  until,
} from '../case.ts'

const state: ApiStep = get('/containers/{c}/json', { label: 'state', pick: ['State'] })

function act(action: string, query = ''): ApiStep {
  return post(`/containers/{c}/${action}${query}`, undefined, { label: `${action}${query}` })
}

/** Events of `{c}` so far. */
function told(view?: 'sorted') {
  const line = '{{.Type}} {{.Action}} {{json .Actor.Attributes}}'
  const args = ['events', '--since', '5m', '--until=-1s', '--filter', 'container={c}', '--format', line]
  return docker(...args, view === undefined ? {} : { view })
}

const FIELDS = [
  'Memory',
  'MemorySwap',
  'PidsLimit',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'CpusetCpus',
  'CpusetMems',
]
const limits: ApiStep = get('/containers/{c}/json', { label: 'limits', pick: FIELDS.map(name => `HostConfig.${name}`) })

function change(limits: JsonObject): ApiStep {
  return post('/containers/{c}/update', limits, { label: `update ${JSON.stringify(limits)}` })
}

/** Verbs beside making, starting and ending. */
export const VERB_CASES: readonly ParityCase[] = [
  {
    name: 'verbs: of a container that is not there',
    steps: ['restart', 'pause', 'unpause', 'rename?name=x', 'rename'].map(verb => ({
      ...post(`/containers/nope/${verb}`),
      label: verb,
    })),
  },
  {
    name: 'verbs: top of nothing',
    steps: [get('/containers/nope/top'), ...finished('true'), get('/containers/{c}/top')],
  },
  {
    name: 'restart: what runs',
    steps: [...running(), act('restart', '?t=5'), until('ready'), state, act('stop', '?t=5'), said(), told('sorted')],
  },
  { name: 'restart: what has ended', steps: [...finished('exit 3'), act('restart'), until(), state, told()] },
  { name: 'restart: what was never started', steps: [create({ Cmd: ['true'] }), act('restart'), until(), state] },
  {
    name: 'restart: what removes itself',
    steps: [...running({ HostConfig: { AutoRemove: true } }), act('restart', '?t=5'), state],
  },
  {
    name: 'restart: what cannot start',
    steps: [create({ Cmd: ['nope'] }), act('restart'), state],
  },
  {
    name: 'restart: times and signals that cannot be',
    except: 'docker 20.10',
    steps: [...running(), act('restart', '?t=x'), act('restart', '?signal=NOPE'), state],
  },
  {
    name: 'pause: and unpause',
    steps: [
      ...running(),
      act('unpause'),
      act('pause'),
      state,
      docker('ps', '-a', '--filter', 'name={c}', '--format', '{{.State}} {{.Status}}'),
      docker('ps', '-q', '--filter', 'name={c}', '--filter', 'status=running'),
      docker('ps', '--filter', 'name={c}', '--filter', 'status=paused', '--format', '{{.Names}}'),
      act('pause'),
      act('start'),
      docker('attach', '{c}'),
      del('/containers/{c}', { label: 'remove' }),
      act('unpause'),
      state,
      act('unpause'),
      told(),
    ],
  },
  { name: 'pause: what does not run', steps: [create(), act('pause'), act('unpause')] },
  { name: 'pause: and stop', steps: [...running(), act('pause'), act('stop', '?t=5'), state, told('sorted')] },
  { name: 'pause: and kill', steps: [...running(), act('pause'), act('kill'), until(), state] },
  {
    name: 'pause: and a signal that does not end it',
    steps: [...running({ StopSignal: 'SIGTERM' }), act('pause'), act('kill', '?signal=HUP'), state],
  },
  { name: 'pause: and remove by force', steps: [...running(), act('pause'), del('/containers/{c}?force=1'), state] },
  { name: 'pause: and restart', steps: [...running(), act('pause'), act('restart', '?t=5'), state] },
  {
    name: 'pause: and wait',
    steps: [...running(), act('pause'), begin('the wait', act('wait')), act('kill'), collect('the wait')],
  },
  {
    name: 'rename: to a free name',
    steps: [
      ...running(),
      act('rename', '?name={c}-b'),
      get('/containers/{c}-b/json', { label: 'by its new name', pick: ['Name', 'State.Running'] }),
      get('/containers/{c}/json', { label: 'by its old name' }),
      create({}, { label: 'another under the old name' }),
      docker('rename', '{c}', '/{c}-c'),
      docker('ps', '-a', '--filter', 'name={c}', '--format', '{{.Names}}'),
      told(),
    ],
  },
  {
    name: 'rename: to names that cannot be',
    steps: [
      post('/containers/create?name={c}-other', { Image: 'busybox' }, { label: 'other' }),
      create(),
      act('rename', '?name={c}-other'),
      act('rename', '?name={c}'),
      act('rename', '?name=%2F{c}'),
      act('rename', '?name='),
      act('rename', '?name=%2F'),
      act('rename', ''),
      act('rename', '?name=-x'),
      act('rename', '?name=a%2Fb'),
      docker('rename', '{c}', '{c}-other'),
    ],
  },
  {
    name: 'top: processes of a container',
    steps: [
      ...running({ Cmd: ['sh', '-c', 'sleep 1000 & echo ready; wait'] }),
      get('/containers/{c}/top', { label: 'titles', pick: ['Titles'] }),
      docker('top', '{c}', '-o', 'comm,args,pid'),
      get('/containers/{c}/top?ps_args=-o%20pid%3DPIDS', { label: 'another title' }),
      get('/containers/{c}/top?ps_args=-o%20comm', { label: 'without pid' }),
      get('/containers/{c}/top?ps_args=--nope', { label: 'an option that ps has not' }),
      get('/containers/{c}/top?ps_args=-o%20comm%3DPID', { label: 'a false title' }),
      told(),
    ],
  },
  {
    name: 'update: what runs',
    steps: [
      ...running({ HostConfig: { Memory: 67_108_864 } }),
      change({ Memory: 33_554_432, MemorySwap: 100_663_296, PidsLimit: 64 }),
      change({ CpuShares: 512, CpuPeriod: 50_000, CpuQuota: 25_000, CpusetCpus: '0', CpusetMems: '0' }),
      limits,
      act('restart', '?t=5'),
      change({ PidsLimit: -1 }),
      limits,
      docker('update', '-m', '48m', '--memory-swap', '96m', '{c}'),
      limits,
      docker(
        'events',
        '--since',
        '5m',
        '--until=-1s',
        '-f',
        'container={c}',
        '-f',
        'event=update',
        '--format',
        '{{.Action}}',
      ),
    ],
  },
  {
    name: 'update: what does not run',
    steps: [create(), change({ Memory: 33_554_432, MemorySwap: -1, NanoCpus: 500_000_000 }), limits],
  },
  {
    name: 'update: to what cannot be',
    steps: [
      post('/containers/nope/update', { Memory: 33_554_432 }, { label: 'nothing there' }),
      ...running({ HostConfig: { Memory: 67_108_864 } }),
      change({ Memory: 1 }),
      change({ Memory: 268_435_456 }),
      change({ Memory: 33_554_432, MemorySwap: 1000 }),
      change({ NanoCpus: 99_000_000_000 }),
      change({ NanoCpus: 500_000_000, CpuPeriod: 50_000 }),
      change({ CpuPeriod: 1 }),
      change({ CpuQuota: 1 }),
      change({ NanoCpus: 500_000_000 }),
      change({ CpuQuota: 50_000 }),
      change({}),
      limits,
      docker('update', '{c}'),
    ],
  },
  {
    name: 'stats: of what runs',
    steps: [
      ...running(),
      get('/containers/{c}/stats?stream=0', { label: 'two samples', view: 'shape' }),
      get('/containers/{c}/stats?stream=0&one-shot=1', { label: 'one sample', view: 'shape' }),
      get('/containers/{c}/stats?stream=0', {
        label: 'limits',
        pick: ['name', 'cpu_stats.online_cpus', 'memory_stats.limit'],
      }),
      act('pause'),
      get('/containers/{c}/stats?stream=0', { label: 'paused', view: 'shape' }),
    ],
  },
  {
    name: 'stats: with limits',
    steps: [
      ...running({ HostConfig: { Memory: 67_108_864, PidsLimit: 50 } }),
      get('/containers/{c}/stats?stream=0', { label: 'limits', pick: ['pids_stats', 'memory_stats.limit'] }),
      docker('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', '{c}', { label: 'command' }),
    ],
  },
  {
    name: 'stats: without a network of its own',
    steps: [
      ...running({ HostConfig: { NetworkMode: 'none' } }),
      get('/containers/{c}/stats?stream=0&one-shot=1', { label: 'none', view: 'shape' }),
    ],
  },
  {
    name: 'stats: of what does not run',
    steps: [
      get('/containers/nope/stats', { label: 'nothing' }),
      ...finished('true'),
      get('/containers/{c}/stats?stream=0', { label: 'ended' }),
      docker('stats', '--no-stream', '--format', '{{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.PIDs}}', '{c}', {
        label: 'command',
      }),
    ],
  },
  {
    name: 'top: of what is paused',
    steps: [...running(), act('pause'), get('/containers/{c}/top', { pick: ['Titles'] })],
  },
]
