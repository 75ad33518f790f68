import { create, del, docker, finished, get, type Json, type ParityCase, post, running, type Step } from '../case.ts'

const SELF = ['grep', '-E', '^(Cap|NoNewPrivs|Seccomp|Groups)', '/proc/self/status']

/** A running container, and commands in it. */
function inside(name: string, ...steps: readonly Step[]): ParityCase {
  return { name: `exec: ${name}`, steps: [...running(), ...steps] }
}

/** Makes an exec of `{c}`, known as `{exec}` from there on. */
function made(body: { readonly [key: string]: Json }): Step {
  return post('/containers/{c}/exec', body, { label: 'exec', capture: 'exec', view: 'shape' })
}

const STREAMS = { AttachStdout: true, AttachStderr: true }
const inspected = get('/exec/{exec}/json', { label: 'inspect' })

export const EXEC_CASES: readonly ParityCase[] = [
  inside(
    'output and code',
    docker('exec', '{c}', 'sh', '-c', 'echo out; exit 3'),
    docker('exec', '{c}', 'sh', '-c', 'echo err >&2; kill -9 $$'),
  ),
  inside('input', docker('exec', '-i', '{c}', 'cat', { input: 'hello\n' })),
  inside('input that nobody asked for', docker('exec', '{c}', 'cat', { input: 'hello\n' })),
  inside(
    'what cannot be run',
    docker('exec', '{c}', 'nosuch'),
    docker('exec', '{c}', '/nosuch'),
    docker('exec', '{c}', '/etc'),
    docker('exec', '{c}', '/etc/passwd'),
    docker('exec', '{c}', ''),
    docker('exec', '-d', '{c}', 'nosuch'),
  ),
  inside(
    'a script without its interpreter',
    docker('exec', '{c}', 'sh', '-c', 'printf "#!/nosuch\\n" >/odd; chmod 755 /odd'),
    docker('exec', '{c}', '/odd'),
  ),
  inside(
    'users',
    docker('exec', '-u', 'root', '{c}', 'id'),
    docker('exec', '-u', '1234:56', '{c}', 'sh', '-c', 'id; echo $HOME'),
    docker('exec', '-u', 'nosuch', '{c}', 'id'),
    docker('exec', '-u', 'root:nosuch', '{c}', 'id'),
    docker('exec', '-u', '2:3', '{c}', ...SELF, { view: 'pairs' }),
  ),
  {
    name: 'exec: as the user and in the folder of the container',
    steps: [
      ...running({ User: '2:3', WorkingDir: '/tmp', Env: ['A=1', 'B=2'] }),
      docker('exec', '-e', 'B=3', '-e', 'HOME=/h', '{c}', 'sh', '-c', 'id; pwd; echo $A $B $HOME'),
      docker('exec', '-u', 'root', '{c}', ...SELF, { view: 'pairs' }),
    ],
  },
  inside('rights', docker('exec', '{c}', ...SELF, { view: 'pairs' })),
  inside('rights of a privileged one', docker('exec', '--privileged', '{c}', ...SELF, { view: 'pairs' })),
  inside(
    'environment',
    docker('exec', '-e', 'X=1', '-e', 'PATH=/bin', '{c}', 'env', { view: 'sorted' }),
    docker('exec', '-t', '{c}', 'sh', '-c', 'echo $TERM'),
  ),
  inside(
    'working folder',
    docker('exec', '-w', '/etc', '{c}', 'pwd'),
    docker('exec', '-w', '/nosuch', '{c}', 'pwd'),
    docker('exec', '-w', '/etc/passwd', '{c}', 'pwd'),
    docker('exec', '-w', 'etc', '{c}', 'pwd'),
  ),
  inside('a terminal', docker('exec', '-it', '{c}', 'sh', { terminal: [[/# /, 'test -t 0 && exit 4\r']] })),
  inside('in the background', docker('exec', '-d', '{c}', 'true')),
  {
    name: 'exec: container that does not run',
    steps: [...finished('true'), docker('exec', '{c}', 'true'), post('/containers/{c}/exec', { Cmd: ['true'] })],
  },
  {
    name: 'exec: container that never ran',
    steps: [create({ Cmd: ['true'] }), post('/containers/{c}/exec', { Cmd: ['true'] })],
  },
  inside(
    'by the API',
    made({ Cmd: ['sh', '-c', 'exit 3'], ...STREAMS, Tty: false, User: '2:3' }),
    inspected,
    get('/containers/{c}/json', { label: 'ids before', pick: ['ExecIDs'], view: 'shape' }),
    post('/exec/{exec}/start', { Detach: false }, { label: 'start', view: 'frames' }),
    inspected,
    get('/containers/{c}/json', { label: 'ids after', pick: ['ExecIDs'] }),
    post('/exec/{exec}/start', { Detach: true }, { label: 'start again' }),
    post('/exec/{exec}/start', { Detach: false }, { label: 'start again and attach', view: 'frames' }),
  ),
  inside(
    'output by the API',
    made({ Cmd: ['sh', '-c', 'echo out; cat'], ...STREAMS }),
    post('/exec/{exec}/start', {}, { label: 'start', view: 'frames' }),
  ),
  inside(
    'only one stream',
    made({ Cmd: ['sh', '-c', 'echo out; echo err >&2'], AttachStderr: true }),
    post('/exec/{exec}/start', {}, { label: 'start', view: 'frames' }),
  ),
  inside(
    'frames around a terminal',
    made({ Cmd: ['echo', 'out'], ...STREAMS, Tty: true }),
    post('/exec/{exec}/start', { Tty: false }, { label: 'start', view: 'frames' }),
    made({ Cmd: ['echo', 'out'], ...STREAMS, Tty: true }),
    post('/exec/{exec}/start', { Tty: true }, { label: 'start' }),
    made({ Cmd: ['echo', 'out'], ...STREAMS }),
    post('/exec/{exec}/start', { Tty: true }, { label: 'start without' }),
  ),
  inside(
    'requests that say too little or too much',
    post('/containers/{c}/exec', {}),
    post('/containers/{c}/exec', { Cmd: [] }, { label: 'no words' }),
    post('/containers/{c}/exec', { Cmd: 'true' }, { label: 'a text' }),
    post('/containers/{c}/exec', { Cmd: ['true'], DetachKeys: 'nosuch' }, { label: 'keys' }),
    made({ Cmd: ['true'], DetachKeys: 'ctrl-a,x', Env: ['A=1'] }),
    inspected,
    post('/exec/{exec}/resize?h=10', undefined, { label: 'half a size' }),
    post('/exec/{exec}/start', { Detach: true }, { label: 'detached' }),
    post('/exec/nosuch/resize?h=10&w=10', undefined),
    post('/exec/nosuch/start', {}),
    get('/exec/nosuch/json'),
  ),
  inside(
    'of a container that is removed',
    made({ Cmd: ['sleep', '100'] }),
    post('/exec/{exec}/start', { Detach: true }, { label: 'start' }),
    del('/containers/{c}?force=1'),
    inspected,
  ),
]
