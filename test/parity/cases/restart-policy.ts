import {
  type ApiStep,
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
  start,
  until,
} from '../case.ts'

const state: ApiStep = get('/containers/{c}/json', {
  label: 'state',
  pick: ['State', 'RestartCount', 'HostConfig.RestartPolicy'],
})

/** What of `state` stays the same while starts and ends follow each other. */
const policy: ApiStep = get('/containers/{c}/json', { label: 'policy', pick: ['HostConfig.RestartPolicy'] })

function act(action: string, query = ''): ApiStep {
  return post(`/containers/{c}/${action}${query}`, undefined, { label: `${action}${query}` })
}

function by(name: string, count = 0): JsonObject {
  return { HostConfig: { RestartPolicy: { Name: name, MaximumRetryCount: count } } }
}

function change(Name: string, MaximumRetryCount = 0): ApiStep {
  const label = `update to ${Name} ${MaximumRetryCount}`
  return post('/containers/{c}/update', { RestartPolicy: { Name, MaximumRetryCount } }, { label })
}

/** Ends at once, and waits for its next start longer and longer: soon it is nearly always waiting. */
const waiting = [create({ Cmd: ['sh', '-c', 'echo run; exit 3'], ...by('always') }), start, until('run\n'.repeat(5))]

/** Restart policies: what starts a container again, and what does not. */
export const RESTART_POLICY_CASES: readonly ParityCase[] = [
  {
    name: 'restart policy: on failure, so many times',
    steps: [...finished('echo run; exit 3', by('on-failure', 2)), said(), state],
  },
  {
    name: 'restart policy: on failure, of a success',
    steps: [...finished('echo run', by('on-failure', 2)), said(), state],
  },
  {
    name: 'restart policy: a start by hand counts anew',
    steps: [...finished('exit 3', by('on-failure', 1)), state, act('start'), until(), state],
  },
  {
    name: 'restart policy: stopped by somebody',
    steps: [...running(by('always')), act('stop', '?t=5'), state, act('start'), until('ready\nbye\nready'), state],
  },
  {
    name: 'restart policy: killed by somebody',
    steps: [...running(by('unless-stopped')), act('kill'), until(), state],
  },
  {
    name: 'restart policy: what waits for its start is stopped, started and removed',
    steps: [
      ...waiting,
      policy,
      docker('ps', '-a', '--filter', 'name={c}', '--format', '{{.Names}}'),
      act('stop', '?t=5'),
      get('/containers/{c}/json', {
        label: 'stopped',
        pick: ['State.Status', 'State.Running', 'State.Restarting', 'State.ExitCode'],
      }),
      act('stop', '?t=5'),
      del('/containers/{c}', { label: 'remove' }),
      act('start'),
    ],
  },
  {
    name: 'restart policy: what waits for its start is removed by force',
    steps: [...waiting, del('/containers/{c}?force=1', { label: 'remove' }), state],
  },
  {
    name: 'restart policy: changed',
    steps: [
      ...running(),
      change('always'),
      policy,
      change(''),
      policy,
      change('on-failure', 4),
      policy,
      change('sometimes'),
      change('always', 2),
      change('on-failure', -1),
      change('no'),
      act('kill', '?signal=KILL'),
      until(),
      state,
    ],
  },
  {
    name: 'restart policy: changed where it removes itself',
    steps: [...running({ HostConfig: { AutoRemove: true } }), change('always'), change('no'), policy],
  },
  {
    name: 'restart policy: at the command line',
    steps: [
      docker('create', '--name', '{c}', '--restart', 'on-failure:3', 'busybox'),
      policy,
      docker('update', '--restart', 'unless-stopped', '{c}'),
      policy,
    ],
  },
]
