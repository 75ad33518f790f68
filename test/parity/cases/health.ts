import {
  type ApiStep,
  create,
  docker,
  get,
  type JsonObject,
  type ParityCase,
  post,
  type Step,
  start,
  until,
} from '../case.ts'

const SECOND = 1_000_000_000

const health: ApiStep = get('/containers/{c}/json', {
  label: 'health',
  pick: ['State.Status', 'State.Health.Status', 'State.Health.FailingStreak', 'Config.Healthcheck', 'Config.Shell'],
})
const last: ApiStep = get('/containers/{c}/json', {
  label: 'last',
  pick: ['State.Health.Log.0.ExitCode', 'State.Health.Log.0.Output'],
})
const shown = docker('ps', '-a', '--filter', 'name={c}', '--format', '{{.State}} {{.Status}}')

function act(action: string, query = ''): ApiStep {
  return post(`/containers/{c}/${action}${query}`, undefined, { label: action })
}

/** A container that runs, with a check; its program says `probed` once a check was made and saw it. */
function checked(test: readonly string[], more: JsonObject = {}, config: JsonObject = {}): Step[] {
  const Healthcheck = { Test: test, Interval: SECOND / 2, Timeout: 5 * SECOND, Retries: 1, ...more }
  const wait =
    'trap "exit 7" TERM; while [ ! -e /probed ]; do sleep 0.1; done; sleep 0.5; echo probed; sleep 1000 & wait $!'
  return [create({ Cmd: ['sh', '-c', wait], Healthcheck, ...config }), start]
}

const PROBED = until('probed')

function refused(Healthcheck: JsonObject): ApiStep {
  return post('/containers/create', { Image: 'busybox', Healthcheck }, { label: JSON.stringify(Healthcheck) })
}

/** Health checks: what is checked, and what becomes of it. */
export const HEALTH_CASES: readonly ParityCase[] = [
  {
    name: 'health: a success',
    steps: [...checked(['CMD', 'touch', '/probed']), PROBED, health, last, shown],
  },
  {
    name: 'health: a command of the shell that fails, and says why',
    steps: [...checked(['CMD-SHELL', 'touch /probed; echo out; sleep 0.1; echo err >&2; exit 3']), PROBED, last, shown],
  },
  {
    name: 'health: a command that is not there',
    steps: [
      create({
        Cmd: ['sh', '-c', 'sleep 2; echo later; sleep 1000'],
        Healthcheck: { Test: ['CMD', '/nope'], Interval: SECOND / 4, Retries: 1 },
      }),
      start,
      until('later'),
      get('/containers/{c}/json', { label: 'state', pick: ['State.Health.Status', 'State.Health.Log.0.ExitCode'] }),
      shown,
    ],
  },
  {
    name: 'health: one that takes too long',
    steps: [
      ...checked(['CMD-SHELL', 'echo before; touch /probed; exec sleep 1000'], {
        Timeout: SECOND / 5,
        Interval: SECOND,
      }),
      PROBED,
      last,
      shown,
    ],
  },
  {
    name: 'health: a start period forgives',
    steps: [...checked(['CMD-SHELL', 'touch /probed; false'], { StartPeriod: 60 * SECOND }), PROBED, health, shown],
  },
  {
    name: 'health: paused, unpaused and ended',
    steps: [
      ...checked(['CMD', 'touch', '/probed'], { Interval: SECOND }),
      PROBED,
      act('pause'),
      health,
      shown,
      act('unpause'),
      act('stop', '?t=5'),
      until(),
      health,
      shown,
      act('start'),
      health,
    ],
  },
  { name: 'health: none', steps: [...checked(['NONE']), health, shown] },
  { name: 'health: no test', steps: [...checked([]), health, shown] },
  { name: 'health: an unknown kind of test', steps: [...checked(['WHAT', '/']), health, shown] },
  {
    name: 'health: filters',
    steps: [
      ...checked(['CMD', 'touch', '/probed'], { Interval: SECOND }),
      PROBED,
      ...['healthy', 'unhealthy', 'starting', 'none'].map(value =>
        docker('ps', '--filter', 'name={c}', '--filter', `health=${value}`, '--format', '{{.Names}}', { label: value }),
      ),
    ],
  },
  {
    name: 'health: settings that cannot be',
    steps: [
      refused({ Test: ['CMD', 'true'], Interval: 5 }),
      refused({ Test: ['CMD', 'true'], Interval: -5 }),
      refused({ Test: ['CMD', 'true'], Timeout: 999_999 }),
      refused({ Test: ['CMD', 'true'], StartPeriod: 1 }),
      refused({ Test: ['CMD', 'true'], Retries: -1 }),
    ],
  },
  {
    name: 'health: at the command line',
    steps: [
      docker(
        ...['create', '--name', '{c}', '--health-cmd', 'true', '--health-interval', '2s', '--health-timeout', '3s'],
        ...['--health-retries', '4', '--health-start-period', '5s', 'busybox', 'true'],
      ),
      health,
    ],
  },
  {
    name: 'health: of the image, and of the container over it',
    steps: [
      create({ Cmd: ['sleep', '1000'] }),
      post(
        `/commit?container={c}&repo={c}&changes=${encodeURIComponent('HEALTHCHECK --interval=7s --retries=2 CMD touch /probed')}`,
        {},
        { label: 'commit' },
      ),
      post('/containers/create?name={c}-a', { Image: '{c}' }, { label: 'create a' }),
      get('/containers/{c}-a/json', { label: 'a', pick: ['Config.Healthcheck'] }),
      post('/containers/create?name={c}-b', { Image: '{c}', Healthcheck: { Retries: 5 } }, { label: 'create b' }),
      get('/containers/{c}-b/json', { label: 'b', pick: ['Config.Healthcheck'] }),
      post('/containers/create?name={c}-d', { Image: '{c}', Healthcheck: { Test: ['NONE'] } }, { label: 'create d' }),
      get('/containers/{c}-d/json', { label: 'd', pick: ['Config.Healthcheck'] }),
    ],
  },
]
