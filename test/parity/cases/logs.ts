import {
  type ApiStep,
  begin,
  collect,
  create,
  docker,
  finished,
  get,
  type ParityCase,
  post,
  running,
  start,
  until,
} from '../case.ts'

const TALK = 'echo one; echo two >&2; sleep 0.1; echo three; printf four'

function logs(query: string, options: Partial<ApiStep> = {}): ApiStep {
  return get(`/containers/{c}/logs?${query}`, { label: `logs ${query}`, view: 'frames', ...options })
}

const ALL = 'stdout=1&stderr=1'

export const LOG_CASES: readonly ParityCase[] = [
  {
    name: 'logs: streams',
    steps: [
      ...finished(TALK),
      ...[ALL, 'stdout=1', 'stderr=1', '', 'stdout=0', 'stdout=true&stderr=false', 'stdout=yes', 'stdout='].map(query =>
        logs(query),
      ),
    ],
  },
  {
    name: 'logs: streams by an old API',
    api: '1.24',
    steps: [...finished(TALK), logs(ALL, { showHeaders: true })],
  },
  { name: 'logs: headers', steps: [...finished(TALK), logs(ALL, { showHeaders: true })] },
  {
    name: 'logs: of a terminal',
    steps: [
      ...finished(TALK, { Tty: true }),
      logs(ALL, { showHeaders: true, view: 'text' }),
      logs('stderr=1', { view: 'text' }),
    ],
  },
  {
    name: 'logs: tail',
    steps: [
      ...finished('for i in 1 2 3 4 5; do echo line $i; done'),
      ...['all', '0', '1', '3', '99', '-1', 'x', '', '1.5', '%2B2', '02'].map(tail => logs(`${ALL}&tail=${tail}`)),
    ],
  },
  {
    name: 'logs: tail of one stream',
    steps: [
      ...finished('for i in 1 2 3; do echo o$i; sleep 0.1; echo e$i >&2; sleep 0.1; done'),
      logs('stdout=1&tail=2'),
      logs('stderr=1&tail=1'),
    ],
  },
  {
    name: 'logs: since and until',
    steps: [
      ...finished('echo old'),
      ...[
        'since=1',
        'since=4000000000',
        'since=0',
        'until=1',
        'until=4000000000',
        'since=1.5',
        'since=4000000000.123',
      ].map(time => logs(`${ALL}&${time}`)),
    ],
  },
  {
    name: 'logs: times that cannot be',
    steps: [
      ...finished('echo old'),
      ...['since=x', 'until=x', 'since=1.x', 'since=2024-01-01T00:00:00Z', 'since=2024', 'since=-5', 'since=1s'].map(
        time => logs(`${ALL}&${time}`),
      ),
    ],
  },
  {
    name: 'logs: timestamps and details',
    steps: [
      ...finished('echo a; echo b >&2', { Env: ['A=1'], Labels: { l: 'x' } }),
      logs(`${ALL}&timestamps=1`),
      logs(`${ALL}&details=1`),
      logs(`${ALL}&timestamps=1&details=1`),
    ],
  },
  {
    name: 'logs: details that were asked for',
    steps: [
      ...finished('echo a', {
        Env: ['A=1', 'B=2'],
        Labels: { l: 'x', m: 'y' },
        HostConfig: { LogConfig: { Type: 'json-file', Config: { env: 'A', labels: 'l' } } },
      }),
      logs(`${ALL}&details=1`),
    ],
  },
  {
    name: 'logs: attributes by pattern, and a tag',
    steps: [
      ...finished('echo "a"; echo "b c" >&2', {
        Env: ['APP_A=1 & 2', 'APP_B=é"', 'OTHER=2'],
        Labels: { 'org.x': 'x', 'org.y': "it's", other: 'z' },
        HostConfig: {
          LogConfig: {
            Type: 'json-file',
            Config: {
              'env-regex': '^APP_',
              'labels-regex': '^org',
              labels: 'other,nope',
              tag: '{{.ImageName}}/{{.Name}}',
            },
          },
        },
      }),
      logs(`${ALL}&details=1`),
      logs(`${ALL}&details=1&timestamps=1`),
      logs(ALL),
    ],
  },
  {
    name: 'logs: follow what has ended',
    steps: [...finished(TALK), logs(`${ALL}&follow=1`), logs('stdout=1&follow=1&tail=1')],
  },
  {
    name: 'logs: follow what runs',
    steps: [
      ...running(),
      begin('the log', logs(`${ALL}&follow=1`)),
      post('/containers/{c}/stop?t=5', undefined, { label: 'stop' }),
      collect('the log'),
    ],
  },
  {
    name: 'logs: follow the end of what runs',
    steps: [
      ...running(),
      begin('the log', logs(`${ALL}&follow=1&tail=0`)),
      post('/containers/{c}/stop?t=5', undefined, { label: 'stop' }),
      collect('the log'),
    ],
  },
  {
    name: 'logs: follow what was never started',
    steps: [
      create({ Cmd: ['echo', 'late'] }),
      logs(ALL),
      begin('the log', logs(`${ALL}&follow=1`)),
      start,
      until(),
      collect('the log'),
    ],
  },
  {
    name: 'logs: none are kept',
    steps: [...finished('echo x', { HostConfig: { LogConfig: { Type: 'none' } } }), logs(ALL), docker('logs', '{c}')],
  },
  {
    name: 'logs: two starts',
    steps: [...finished('echo again'), start, until(), logs(ALL), logs(`${ALL}&tail=1`)],
  },
  {
    name: 'logs: no text',
    steps: [...finished('true'), logs(ALL), logs(`${ALL}&tail=5`), logs(`${ALL}&follow=1`)],
  },
  {
    name: 'logs: bytes that are no text',
    steps: [
      ...finished(String.raw`printf "a\000b\n\377\n\303\244\n\033[1mx\n\r\n\n"; printf "<&>\342\200\250\n"`),
      logs(ALL),
      // Whoever follows gets a frame for each entry.
      logs(`${ALL}&follow=1`, { view: 'text' }),
    ],
  },
  {
    name: 'logs: a long line',
    steps: [
      ...finished('head -c 40000 /dev/zero | tr "\\0" x; echo; echo end'),
      logs(ALL),
      logs(`${ALL}&tail=1`),
      logs(`${ALL}&tail=2`),
    ],
  },
  {
    name: 'logs: command',
    steps: [
      ...finished(TALK),
      docker('logs', '{c}'),
      docker('logs', '--tail', '1', '{c}'),
      docker('logs', '-f', '{c}'),
      docker('logs', '-t', '{c}'),
      docker('logs', '--since', '1h', '{c}'),
      docker('logs', '--until', '1h', '{c}'),
      docker('logs', '--since', 'nope', '{c}'),
      docker('logs', '--details', '{c}'),
      docker('logs', 'nope'),
    ],
  },
]
