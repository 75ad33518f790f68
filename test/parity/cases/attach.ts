import {
  attach,
  begin,
  collect,
  create,
  docker,
  finished,
  get,
  type ParityCase,
  post,
  running,
  type Step,
  said,
  start,
  until,
} from '../case.ts'

const IO = { OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true }
const STREAMS = 'stream=1&stdin=1&stdout=1&stderr=1'

/** Attaches to `{c}`, starts it, and shows what came. */
function session(query: string, options: Parameters<typeof attach>[1] = {}): Step[] {
  return [begin('what came', attach(query, options)), start, collect('what came'), until()]
}

const code = get('/containers/{c}/json', { label: 'code', pick: ['State.ExitCode'] })

export const ATTACH_CASES: readonly ParityCase[] = [
  {
    name: 'attach: input and output',
    steps: [
      create({ Cmd: ['sh', '-c', 'cat; echo err >&2; exit 5'], ...IO }),
      ...session(STREAMS, { input: 'hello\n', closesInput: true }),
      code,
      said(),
    ],
  },
  {
    name: 'attach: without upgrade',
    steps: [
      create({ Cmd: ['sh', '-c', 'cat; echo err >&2; exit 5'], ...IO }),
      ...session(STREAMS, { input: 'hello\n', closesInput: true, plain: true }),
      code,
    ],
  },
  {
    name: 'attach: by an old API',
    api: '1.41',
    steps: [create({ Cmd: ['echo', 'x'] }), ...session('stream=1&stdout=1')],
  },
  ...['stream=1&stdout=1', 'stream=1&stderr=1', 'stream=1&stdout=1&stderr=1', 'stream=1'].map(query => ({
    name: `attach: only ${query}`,
    steps: [create({ Cmd: ['sh', '-c', 'echo out; echo err >&2'] }), ...session(query)],
  })),
  {
    name: 'attach: on a terminal',
    steps: [
      create({ Cmd: ['sh', '-c', 'read line; echo got $line; exit 2'], Tty: true, ...IO }),
      ...session(STREAMS, { input: 'hello\n', view: 'text' }),
      code,
    ],
  },
  {
    name: 'attach: input to what takes none',
    steps: [
      create({ Cmd: ['sh', '-c', 'cat; echo end'] }),
      ...session(STREAMS, { input: 'hello\n', closesInput: true }),
    ],
  },
  {
    name: 'attach: what was said before',
    steps: [
      ...finished('echo one; echo two >&2'),
      attach('logs=1&stdout=1&stderr=1', { label: 'logs' }),
      attach('logs=1&stdout=1', { label: 'logs of stdout' }),
      attach('logs=1', { label: 'logs of nothing' }),
      attach('', { label: 'nothing' }),
      attach('stdout=1', { label: 'neither logs nor stream' }),
    ],
  },
  {
    name: 'attach: to what has ended',
    steps: [...finished('echo x'), begin('what came', attach('stream=1&stdout=1')), start, collect('what came')],
  },
  {
    name: 'attach: with bad keys',
    steps: [...running(), attach('stream=1&stdout=1&detachKeys=nope', { label: 'attach' })],
  },
  {
    name: 'attach: detach by keys',
    steps: [
      ...running({ Tty: true, OpenStdin: true }),
      attach(`${STREAMS}&detachKeys=a,b`, { input: 'ab', view: 'text', label: 'keys of its own' }),
      attach(STREAMS, { input: '\x10\x11', view: 'text', label: 'default keys' }),
      get('/containers/{c}/json', { label: 'state', pick: ['State.Status'] }),
    ],
  },
  {
    name: 'attach: without any upgrade, by HTTP',
    steps: [
      ...finished('echo x'),
      post('/containers/{c}/attach?logs=1&stdout=1', undefined, { view: 'frames', showHeaders: true, label: 'attach' }),
    ],
  },
  {
    name: 'attach: command',
    steps: [
      ...running(),
      docker('attach', 'nope'),
      begin('what came', docker('attach', '--no-stdin', '{c}')),
      until('ready'),
      post('/containers/{c}/stop?t=5', undefined, { label: 'stop' }),
      docker('attach', '{c}'),
    ],
  },
  {
    name: 'attach: start -a and -i',
    steps: [
      docker('create', '--name', '{c}', '-i', 'busybox', 'sh', '-c', 'cat; echo end; exit 6'),
      docker('start', '-ai', '{c}', { input: 'typed\n' }),
      docker('start', '-a', '{c}', { input: '' }),
    ],
  },
]
