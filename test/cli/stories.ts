/** Several command lines, one after the other, about a container of their own that is called NAME. */
export interface Story {
  readonly title: string
  readonly steps: readonly Step[]
  /** The second begins when the first is through: what they make is one and the same thing to the engine. */
  readonly alone?: true
  /** Why the two differ, and in what; they must then. */
  readonly differs?: string
}

export interface Step {
  /** FOLDER stands for a folder of the story's own. */
  readonly args: readonly string[]
  readonly input?: string
  /** Sent with the first output. */
  readonly signals?: readonly NodeJS.Signals[]
  readonly env?: Readonly<Record<string, string>>
}

const RUN = ['run', '--rm', '--network', 'none']

const step = (...args: string[]): Step => ({ args })
const run = (...args: string[]): Step => ({ args: [...RUN, ...args] })
const shell = (script: string, ...flags: string[]): Step => run(...flags, 'busybox', 'sh', '-c', script)
const one = (title: string, ...steps: Step[]): Story => ({ title, steps })
const alone = (title: string, ...steps: Step[]): Story => ({ title, steps, alone: true })
const CLEAN = step('rm', '-f', 'NAME')

const waiting = (trap: string): string => `${trap}; echo ready; while true; do sleep 0.05; done`

export const STORIES: readonly Story[] = [
  one('output', run('busybox', 'echo', 'hi')),
  one('both outputs', shell('echo out; echo err >&2')),
  one('much output', shell('seq 1 60000')),
  one('no newline, no text', shell("printf '\\377\\000a'")),
  one('exit code', shell('exit 7')),
  one('killed', shell('kill -9 $$')),
  one('no such program', run('busybox', 'nope')),
  one('no program', run('busybox', '/etc')),
  one('no such folder', run('-w', '/nope', 'busybox', 'pwd')),
  one('no such user', run('-u', 'nope', 'busybox', 'id')),
  one('input', { ...run('-i', 'busybox', 'cat'), input: 'a\nb' }),
  one('much input', { ...run('-i', 'busybox', 'wc', '-c'), input: 'x'.repeat(3_000_000) }),
  one('input that nobody reads', { ...run('-i', 'busybox', 'head', '-n', '1'), input: 'x\n'.repeat(300_000) }),
  one('no input', { ...run('busybox', 'cat'), input: 'abc' }),
  one('a terminal without one', { ...run('-it', 'busybox', 'true'), input: 'abc' }, { ...run('-t', 'busybox', 'tty') }),
  one('one stream', shell('echo out; echo err >&2', '-a', 'stdout'), shell('echo out; echo err >&2', '-a', 'STDERR')),
  one('only input', { ...run('-i', '-a', 'stdin', 'busybox', 'sh', '-c', 'cat; exit 3'), input: 'x' }),
  one('environment', {
    ...run(
      '-e',
      'A=1',
      '-e',
      'HERE',
      '-e',
      'NOT_HERE',
      '-e',
      'A=2',
      '-e',
      'EMPTY=',
      'busybox',
      'sh',
      '-c',
      'env | sort | grep -v HOSTNAME',
    ),
    env: { HERE: 'from outside' },
  }),
  one('identity', shell('id -u; id -g; pwd; hostname', '-u', '65534', '-w', '/tmp', '-h', 'some-host')),
  one('read-only', shell('touch /x', '--read-only')),
  one('entrypoint', run('--entrypoint', 'echo', 'busybox', 'a', 'b'), run('--entrypoint=', 'busybox', 'echo', 'c')),
  one('volume', shell('ls /mine; echo $?', '-v', 'FOLDER:/mine:ro')),
  one('shared memory', shell('df -k /dev/shm | tail -n 1 | awk "{print \\$2}"', '--shm-size', '8m')),
  one('init', shell('cat /proc/1/comm', '--init')),
  one(
    'detached',
    step('run', '-d', '--name', 'NAME', '--network', 'none', 'busybox', 'sh', '-c', 'echo a; exit 3'),
    step('wait', 'NAME'),
    step('logs', 'NAME'),
    step('rm', 'NAME'),
  ),
  one(
    'detached, no such program',
    step('run', '-d', '--name', 'NAME', '--network', 'none', 'busybox', 'nope'),
    step('ps', '-a', '--filter', 'name=NAME', '--format', '{{.State}}'),
    CLEAN,
  ),
  one(
    'a name twice',
    step('create', '--name', 'NAME', 'busybox'),
    step('create', '--name', 'NAME', 'busybox'),
    step('run', '--name', 'NAME', 'busybox'),
    CLEAN,
  ),
  one('a bad name', step('create', '--name', '/', 'busybox'), step('create', '--name', 'a b', 'busybox')),
  one(
    'cidfile',
    step('create', '--cidfile', 'FOLDER/cid', '--name', 'NAME', 'busybox'),
    step('run', '--cidfile', 'FOLDER/cid', 'busybox'),
    CLEAN,
  ),
  one(
    'cidfile of nothing',
    step('create', '--cidfile', 'FOLDER/cid', '--pull', 'never', 'nope'),
    step('create', '--cidfile', 'FOLDER/cid', '--name', 'NAME', 'busybox'),
    CLEAN,
  ),
  one(
    'an image that is not there',
    step('run', '--pull', 'never', 'nope'),
    step('create', '127.0.0.1:1/nope'),
    step('run', '-q', '127.0.0.1:1/nope:x'),
    step('run', '--pull', 'always', '127.0.0.1:1/nope'),
    step('pull', '127.0.0.1:1/nope'),
    step('pull', '-q', '127.0.0.1:1/nope'),
  ),
  one(
    'create and start',
    step('create', '--name', 'NAME', '--network', 'none', 'busybox', 'sh', '-c', 'echo a; exit 5'),
    step('start', '-a', 'NAME'),
    step('start', 'NAME', 'NAME-no'),
    step('wait', 'NAME'),
    step('start', '-a', 'NAME'),
    step('logs', 'NAME'),
    CLEAN,
  ),
  one(
    'start with input',
    step('create', '-i', '--name', 'NAME', '--network', 'none', 'busybox', 'cat'),
    { args: ['start', '-ai', 'NAME'], input: 'one\n' },
    { args: ['start', '-i', 'NAME'], input: 'two\n' },
    step('start', 'NAME'),
    step('kill', 'NAME'),
    CLEAN,
  ),
  one(
    'stop',
    step('run', '-d', '--name', 'NAME', '--network', 'none', 'busybox', 'sleep', '100'),
    step('rm', 'NAME'),
    step('stop', '-t', '0', 'NAME', 'NAME-no'),
    step('stop', 'NAME'),
    step('kill', 'NAME'),
    step('wait', 'NAME'),
    step('rm', 'NAME', 'NAME-no'),
    step('rm', '-f', 'NAME'),
  ),
  one(
    'kill',
    step('run', '-d', '--name', 'NAME', '--network', 'none', 'busybox', 'sh', '-c', waiting('trap "exit 9" HUP')),
    step('kill', '-s', 'NOPE', 'NAME'),
    step('kill', '--signal=HUP', 'NAME'),
    step('wait', 'NAME'),
    CLEAN,
  ),
  one(
    'rm -f',
    step('run', '-d', '--name', 'NAME', '--network', 'none', 'busybox', 'sleep', '100'),
    step('rm', '-fv', '/NAME'),
    step('rm', '-f', 'NAME'),
  ),
  one(
    'attach',
    step('run', '-di', '--name', 'NAME', '--network', 'none', 'busybox', 'sh', '-c', 'read x; echo got $x; exit 5'),
    step('attach', 'NAME-no'),
    { args: ['attach', 'NAME'], input: 'abc\n' },
    step('attach', 'NAME'),
    step('logs', 'NAME'),
    CLEAN,
  ),
  one('SIGINT', { ...shell(waiting('trap "echo int; exit 3" INT')), signals: ['SIGINT'] }),
  one('SIGTERM', { ...shell(waiting('trap "echo term; exit 4" TERM')), signals: ['SIGTERM'] }),
  one('SIGHUP', { ...shell(waiting('trap "echo hup; exit 5" HUP')), signals: ['SIGHUP'] }),
  one('SIGUSR1', { ...shell(waiting('trap "echo usr1; exit 6" USR1')), signals: ['SIGUSR1'] }),
  one('SIGQUIT', { ...shell(waiting('trap "echo quit; exit 6" QUIT')), signals: ['SIGQUIT'] }),
  one(
    'three signals',
    {
      ...run('--name', 'NAME', 'busybox', 'sh', '-c', waiting('trap "" INT TERM')),
      signals: ['SIGINT', 'SIGTERM', 'SIGINT'],
    },
    CLEAN,
  ),
  one(
    'signals that stay here',
    {
      ...run('--name', 'NAME', '--sig-proxy=false', 'busybox', 'sh', '-c', waiting('trap "exit 3" INT TERM')),
      signals: ['SIGINT', 'SIGTERM', 'SIGINT'],
    },
    CLEAN,
  ),
  one(
    'logs that are broken off',
    step('run', '-d', '--name', 'NAME', '--network', 'none', 'busybox', 'sh', '-c', 'echo a; sleep 100'),
    { args: ['logs', '-f', 'NAME'], signals: ['SIGINT'] },
    { args: ['logs', '-f', 'NAME'], signals: ['SIGTERM'] },
    CLEAN,
  ),
  one(
    'images',
    step('tag', 'busybox', 'NAME:1'),
    step('tag', 'NAME:1', 'NAME'),
    step('images', '--format', '{{.Repository}}:{{.Tag}}', 'NAME'),
    step('rmi', 'NAME:1', 'NAME:2'),
    step('rmi', '-f', 'NAME', 'NAME:2'),
    step('rmi', 'NAME'),
  ),
  alone(
    'import',
    { args: ['import', '-m', 'a message', '-c', 'CMD ["true"]', '-c', 'ENV A=b', '-', 'NAME:x'], input: EMPTY_TAR() },
    step('inspect', '-f', '{{.Comment}} {{.Config.Cmd}} {{.Config.Env}}', 'NAME:x'),
    step('history', '--format', '{{.Size}} {{.Comment}}', 'NAME:x'),
    step('rmi', 'NAME:x'),
    { args: ['import', '-c', 'FROB x', '-'], input: EMPTY_TAR() },
  ),
  one('load of nothing', { args: ['load'], input: '' }, { args: ['load', '-q'], input: EMPTY_TAR() }),
  one(
    'labels and files',
    {
      args: [
        'create',
        '--name',
        'NAME',
        '-l',
        'a=1',
        '--label',
        'b',
        '--label-file',
        '/dev/null',
        '--env-file',
        '/dev/null',
        'busybox',
      ],
    },
    step('inspect', '-f', '{{json .Config.Labels}} {{json .Config.Env}}', 'NAME'),
    CLEAN,
  ),
]

/** Two empty blocks: an archive of nothing. */
function EMPTY_TAR(): string {
  return '\0'.repeat(1024)
}
