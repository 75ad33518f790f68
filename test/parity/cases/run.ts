import { type DockerStep, docker, get, type ParityCase, type Step } from '../case.ts'

/** Runs a script with these flags. */
function sh(flags: readonly string[], script: string, options: Omit<DockerStep, 'do' | 'args'> = {}): DockerStep {
  return docker('run', '--rm', ...flags, 'busybox', 'sh', '-c', script, options)
}

function one(name: string, ...steps: readonly Step[]): ParityCase {
  return { name: `run: ${name}`, steps }
}

const CONFIG = ['Config', 'HostConfig', 'Mounts', 'Path', 'Args', 'State.ExitCode']

/** The record of what the command line made of its flags. */
function record(name: string, ...flags: readonly string[]): ParityCase {
  return one(
    `record of ${name}`,
    docker('create', '--name', '{c}', ...flags, 'busybox', 'true'),
    get('/containers/{c}/json', { label: 'inspect', pick: CONFIG }),
  )
}

export const RUN_CASES: readonly ParityCase[] = [
  one('exit code and streams', sh([], 'echo out; echo err >&2; exit 42')),
  one('killed by a signal', sh([], 'kill -9 $$'), sh([], 'kill -TERM $$')),
  one('command not found', docker('run', '--rm', 'busybox', 'nope')),
  one('command that is not executable', docker('run', '--rm', 'busybox', '/etc/passwd')),
  one('command that is a folder', docker('run', '--rm', 'busybox', '/etc')),
  one('user not found', docker('run', '--rm', '-u', 'nope', 'busybox', 'true')),
  one('working folder that is a file', docker('run', '--rm', '-w', '/etc/passwd', 'busybox', 'true')),
  one(
    'what a failed start leaves',
    docker('run', '-d', '--name', '{c}', 'busybox', 'nope'),
    docker('ps', '-a', '--filter', 'name={c}', '--format', '{{.Names}} {{.Status}}'),
    docker('rm', '{c}'),
  ),
  one('image not found', docker('create', '--pull', 'never', 'nope')),
  one('invalid image', docker('run', 'UPPER')),
  one(
    'detached',
    docker('run', '-d', '--name', '{c}', 'busybox', 'sh', '-c', 'echo x'),
    docker('wait', '{c}'),
    docker('logs', '{c}'),
  ),
  one('name in use', docker('create', '--name', '{c}', 'busybox'), docker('create', '--name', '{c}', 'busybox')),
  one('invalid name', docker('create', '--name', 'a/b', 'busybox')),
  one('input', docker('run', '--rm', '-i', 'busybox', 'cat', { input: 'typed\n' })),
  one('input that is not read', docker('run', '--rm', '-i', 'busybox', 'true', { input: 'typed\n'.repeat(20_000) })),
  one('no input', docker('run', '--rm', 'busybox', 'cat', { input: 'typed\n' })),
  one(
    'terminal without input',
    docker('run', '--rm', '-t', 'busybox', 'sh', '-c', 'tty; stty size; echo $TERM; exit 3'),
  ),
  one(
    'terminal',
    docker('run', '--rm', '-it', 'busybox', 'sh', {
      terminal: [
        [/# /, 'echo a$((1+1))b\r'],
        [/a2b/, 'exit 4\r'],
      ],
    }),
  ),
  one('attached to one stream', docker('run', '--rm', '-a', 'stdout', 'busybox', 'sh', '-c', 'echo out; echo err >&2')),
  one('environment', sh(['-e', 'A=1', '-e', 'B=x y', '-e', 'EMPTY=', '-e', 'UNSET'], 'env', { view: 'sorted' })),
  one(
    'environment over the default',
    sh(['-e', 'PATH=/bin:/x', '-e', 'HOME=/x', '-h', 'me', '-e', 'HOSTNAME=other'], 'env', { view: 'sorted' }),
  ),
  one('environment of a terminal', docker('run', '--rm', '-t', 'busybox', 'env', { view: 'sorted' })),
  one(
    'environment file',
    { do: 'write', path: '{dir}/env', content: 'A=1\n# no\nB=2 \n' },
    sh(['--env-file', '{dir}/env', '-e', 'A=3'], 'env', { view: 'sorted' }),
  ),
  one(
    'working folder',
    sh(['-w', '/tmp'], 'pwd'),
    sh(['-w', '/made/here'], 'pwd; stat -c "%a %u %g" /made /made/here'),
    sh(['-w', '/tmp/../etc/'], 'pwd'),
    sh(['-w', 'relative'], 'pwd'),
  ),
  ...['1000', '1000:2000', 'nobody', 'nobody:daemon', '0:5', ':5', 'root', '4294967294'].map(user =>
    one(`user ${user}`, sh(['-u', user], 'id; echo $HOME; cat /proc/self/status | grep -E "^(Cap|Groups)"')),
  ),
  one(
    'entry point',
    docker('run', '--rm', '--entrypoint', 'echo', 'busybox', 'a', 'b'),
    docker('run', '--rm', '--entrypoint', '', 'busybox', 'echo', 'c'),
    docker('run', '--rm', '--entrypoint', '', 'busybox'),
  ),
  one(
    'host name',
    sh(['-h', 'name'], 'hostname; cat /etc/hostname; grep -c name /etc/hosts'),
    sh(['-h', 'a.b.c'], 'hostname; hostname -f'),
    sh(['-h', 'bad_name!'], 'hostname'),
    sh(
      ['--domainname', 'example.com', '-h', 'x'],
      'hostname; cat /proc/sys/kernel/domainname; tail -n1 /etc/hosts | cut -f2-',
    ),
  ),
  one(
    'read-only root',
    sh(['--read-only'], 'touch /x; touch /tmp/x; touch /dev/shm/x && echo shm; touch /etc/hosts && echo hosts'),
  ),
  one(
    'memory',
    sh(['-m', '64m'], 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null'),
    sh(
      ['-m', '64m', '--memory-swap', '128m'],
      'cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes /sys/fs/cgroup/memory.swap.max 2>/dev/null',
    ),
    sh(['-m', '1k'], 'true'),
    sh(['-m', 'x'], 'true'),
  ),
  one(
    'processes',
    sh(['--pids-limit', '20'], 'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null'),
    sh(['--pids-limit', '-1'], 'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null'),
  ),
  one('shared memory', sh(['--shm-size', '1m'], 'df -k /dev/shm | tail -n1 | tr -s " " | cut -d" " -f2')),
  one('capabilities', sh(['--cap-add', 'NET_ADMIN', '--cap-drop', 'CHOWN'], 'grep ^Cap /proc/self/status')),
  one('all capabilities dropped', sh(['--cap-drop', 'ALL'], 'grep ^Cap /proc/self/status')),
  one(
    'labels',
    docker('create', '--name', '{c}', '--label', 'a=b', '-l', 'c', 'busybox'),
    docker('inspect', '{c}', '--format', '{{json .Config.Labels}}'),
  ),
  one(
    'stop signal',
    docker(
      'run',
      '-d',
      '--name',
      '{c}',
      '--stop-signal',
      'SIGUSR1',
      'busybox',
      'sh',
      '-c',
      'trap "exit 9" USR1; while :; do sleep 0.1; done',
    ),
    docker('stop', '-t', '5', '{c}'),
    docker('wait', '{c}'),
  ),
  one('stop signal that is none', docker('create', '--name', '{c}', '--stop-signal', 'SIGNOPE', 'busybox')),
  one('tmpfs', sh(['--tmpfs', '/scratch:size=1m'], 'grep /scratch /proc/mounts')),
  one('privileged', sh(['--privileged'], 'grep ^Cap /proc/self/status')),
  one('init', sh(['--init'], 'cat /proc/1/comm')),
  one('devices', sh(['--device', '/dev/fuse'], 'ls /dev/fuse')),
  one('processors', sh(['--cpus', '0.5'], 'true')),
  one('limits of a process', sh(['--ulimit', 'nofile=100:200'], 'ulimit -n; ulimit -Hn')),
  one('more groups', sh(['--group-add', '7'], 'id')),
  one('published port', sh(['-p', '127.0.0.1:18080:80'], 'true')),
  one('more hosts', sh(['--add-host', 'a:1.2.3.4'], 'grep 1.2.3.4 /etc/hosts')),
  one('DNS', sh(['--dns', '1.2.3.4'], 'grep nameserver /etc/resolv.conf')),
  one('restart policy', docker('run', '-d', '--name', '{c}', '--restart', 'always', 'busybox', 'true')),
  one('anonymous volume', sh(['-v', '/data'], 'mount | grep -c /data')),
  one('named volume', sh(['-v', 'vol:/data'], 'true')),
  one('mount', sh(['--mount', 'type=bind,src=/srv,dst=/m'], 'true')),
  one('no new privileges', sh(['--security-opt', 'no-new-privileges'], 'grep NoNew /proc/self/status')),
  one('process namespace of the host', sh(['--pid', 'host'], 'true')),
  one('health check', sh(['--health-cmd', 'true'], 'true')),
  one('kernel settings', sh(['--sysctl', 'net.ipv4.ip_forward=0'], 'cat /proc/sys/net/ipv4/ip_forward')),
  one(
    'bind of a folder',
    { do: 'write', path: '{dir}/in/file', content: 'content\n' },
    sh(['-v', '{dir}/in:/in'], 'cat /in/file; echo more > /in/made; stat -c "%a %u" /in/made'),
    { do: 'read', path: '{dir}/in/made' },
    sh(['-v', '{dir}/in:/in:ro'], 'touch /in/x'),
    sh(['-v', '{dir}/in/file:/a/b/file'], 'cat /a/b/file; stat -c %a /a/b'),
    sh(['-v', '{dir}/in:/etc'], 'ls /etc', { view: 'sorted' }),
  ),
  one('bind of a folder that is not there', sh(['-v', '{dir}/new/deep:/in'], 'ls -d /in'), {
    do: 'read',
    path: '{dir}/new/deep',
  }),
  one(
    'binds that cannot be',
    sh(['-v', '/srv:relative'], 'true'),
    sh(['-v', '/srv:/'], 'true'),
    sh(['-v', '/srv:/a:bad'], 'true'),
    sh(['-v', '/srv:/a', '-v', '/opt:/a'], 'true'),
  ),
  one(
    'bind over a file',
    { do: 'write', path: '{dir}/in/file', content: '' },
    sh(['-v', '{dir}/in:/etc/passwd'], 'true'),
    sh(['-v', '{dir}/in/file:/etc'], 'true'),
  ),
  one(
    'bind propagation',
    { do: 'write', path: '{dir}/in/file', content: '' },
    sh(
      ['-v', '{dir}/in:/a:rprivate', '-v', '{dir}/in:/b:private,ro', '-v', '{dir}/in:/c:z'],
      'grep -E " /[abc] " /proc/self/mountinfo',
      { view: 'mounts' },
    ),
  ),
  record('nothing'),
  record(
    'many flags',
    '-e',
    'A=1',
    '-w',
    '/w',
    '-u',
    '1',
    '-h',
    'host',
    '--label',
    'a=b',
    '-m',
    '64m',
    '--pids-limit',
    '9',
    '--read-only',
    '--rm',
    '--stop-signal',
    'INT',
    '--stop-timeout',
    '4',
    '--expose',
    '80',
    '-v',
    '/srv:/srv',
  ),
  record('a terminal', '-it'),
  record('input', '-i'),
  record('an entry point', '--entrypoint', '/x'),
  record('no network', '--network', 'none'),
  record('host network', '--network', 'host'),
  record('a log driver', '--log-driver', 'none'),
  record('log options', '--log-opt', 'max-size=1m'),
  one('id file', docker('run', '--rm', '--cidfile', '{dir}/id', 'busybox', 'true'), { do: 'read', path: '{dir}/id' }),
]
