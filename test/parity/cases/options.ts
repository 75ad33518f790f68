/** What a container may ask of its host: limits, confinement, namespaces, names and mounts. */
import {
  type ApiStep,
  create,
  type DockerStep,
  docker,
  get,
  IDLE,
  type JsonObject,
  type ParityCase,
  post,
  type Step,
} from '../case.ts'

/** Runs a script with these flags. */
function sh(flags: readonly string[], script: string, options: Omit<DockerStep, 'do' | 'args'> = {}): DockerStep {
  return docker('run', '--rm', ...flags, 'busybox', 'sh', '-c', script, options)
}

/** One file of a control group, by its controller and its names in v1 and v2. */
function group(controller: string, v1: string, v2: string): string {
  return `cat /sys/fs/cgroup/${controller}/${v1} /sys/fs/cgroup/${v2} 2>/dev/null`
}

function one(name: string, ...steps: readonly Step[]): ParityCase {
  return { name: `options: ${name}`, steps }
}

/** Creation with one host setting that is not right. */
function refused(label: string, config: JsonObject): ApiStep {
  return post(
    `/containers/create?name={c}-${label.replaceAll(' ', '-')}`,
    { Image: 'busybox', HostConfig: config },
    { label },
  )
}

/** The record of a container that was created with this host configuration. */
function record(name: string, HostConfig: JsonObject): ParityCase {
  return one(
    `record of ${name}`,
    create({ HostConfig }),
    get('/containers/{c}/json', {
      label: 'inspect',
      pick: ['HostConfig', 'Mounts', 'Config.Hostname', 'NetworkSettings'],
    }),
  )
}

/** A container that runs, which others join. */
function donor(...flags: readonly string[]): DockerStep {
  return docker('run', '-d', '--name', '{c}', ...flags, 'busybox', ...IDLE)
}

const CPUSET = 'cat /sys/fs/cgroup/cpuset/cpuset.cpus /sys/fs/cgroup/cpuset.cpus 2>/dev/null'

export const OPTION_CASES: readonly ParityCase[] = [
  one(
    'shares and times of processors',
    sh(['--cpu-shares', '512'], group('cpu', 'cpu.shares', 'cpu.weight')),
    sh(['--cpus', '0.5'], group('cpu', 'cpu.cfs_quota_us', 'cpu.max')),
    sh(['--cpu-period', '50000', '--cpu-quota', '20000'], group('cpu', 'cpu.cfs_quota_us', 'cpu.max')),
    sh(['--cpuset-cpus', '0', '--cpuset-mems', '0'], CPUSET),
    sh(['--cpuset-cpus', '99'], 'true'),
    sh(['--cpuset-cpus', 'x'], 'true'),
    sh(['--cpuset-mems', '9'], 'true'),
    sh(['--cpus', '99'], 'true'),
    sh(['--cpus', '1', '--cpu-quota', '20000'], 'true'),
    sh(['--cpus', '1', '--cpu-period', '20000'], 'true'),
    sh(['--cpu-period', '10'], 'true'),
    sh(['--cpu-quota', '10'], 'true'),
  ),
  one(
    'memory beside its limit',
    sh(['--memory-reservation', '32m'], group('memory', 'memory.soft_limit_in_bytes', 'memory.low')),
    sh(['-m', '64m', '--memory-swappiness', '10'], group('memory', 'memory.swappiness', 'nothing')),
    sh(['-m', '64m', '--memory-swap', '-1'], group('memory', 'memory.memsw.limit_in_bytes', 'memory.swap.max')),
    sh(['-m', '64m', '--oom-kill-disable'], 'grep oom_kill_disable /sys/fs/cgroup/memory/memory.oom_control'),
    sh(['-m', '64m', '--memory-reservation', '128m'], 'true'),
    sh(['--memory-reservation', '1m'], 'true'),
    sh(['--oom-score-adj', '300'], 'cat /proc/self/oom_score_adj'),
    sh(['--oom-score-adj', '3000'], 'true'),
  ),
  one(
    'limits that cannot be',
    refused('swappiness', { MemorySwappiness: 101 }),
    refused('oom score', { OomScoreAdj: -1001 }),
    refused('realtime', { CpuRealtimeRuntime: 2000, CpuRealtimePeriod: 1000 }),
    refused('bandwidth', { IOMaximumBandwidth: 1 }),
    refused('operations', { IOMaximumIOps: 1 }),
    refused('cpus', { NanoCpus: -1 }),
    refused('cpu list', { CpusetCpus: '0-' }),
    refused('ulimit', { Ulimits: [{ Name: 'nope', Soft: 1, Hard: 1 }] }),
    refused('percent', { CpuPercent: 10 }),
    refused('weight', { BlkioWeight: 5 }),
    refused('weight device', { BlkioWeightDevice: [{ Path: '/dev/loop0', Weight: 100 }] }),
    refused('oom killer', { OomKillDisable: true }),
    refused('kernel memory', { KernelMemory: 64e6 }),
  ),
  one(
    'rates of a device',
    sh(['--device-read-bps', '/dev/loop0:1mb'], 'cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device'),
    sh(['--device-write-iops', '/dev/loop0:10'], 'cat /sys/fs/cgroup/blkio/blkio.throttle.write_iops_device'),
  ),
  one(
    'limits of processes',
    sh(['--ulimit', 'nofile=100:200', '--ulimit', 'core=0'], 'ulimit -n; ulimit -Hn; ulimit -c'),
    sh(['--ulimit', 'nproc=50'], 'ulimit -p'),
  ),
  one(
    'capabilities',
    ...[
      ['--cap-add', 'NET_ADMIN'],
      ['--cap-add', 'cap_sys_ptrace', '--cap-drop', 'chown'],
      ['--cap-drop', 'ALL', '--cap-add', 'KILL'],
      ['--cap-drop', 'all'],
      ['--cap-add', 'SYS_ADMIN', '-u', '1000'],
    ].map((flags, at) => sh(flags, 'grep ^Cap /proc/self/status', { label: `capabilities ${at}` })),
    sh(['--cap-add', 'NOPE'], 'true'),
    sh(['--cap-drop', 'NOPE'], 'true'),
  ),
  one(
    'security options',
    sh(['--security-opt', 'no-new-privileges'], 'grep NoNew /proc/self/status'),
    sh(['--security-opt', 'no-new-privileges:false'], 'grep NoNew /proc/self/status'),
    sh(['--security-opt', 'seccomp=unconfined'], 'grep ^Seccomp: /proc/self/status'),
    sh(['--security-opt', 'label=disable'], 'true'),
    sh(['--security-opt', 'apparmor=unconfined'], 'true'),
    sh(['--security-opt', 'systempaths=unconfined'], 'grep -c " /proc/" /proc/mounts'),
    sh(['--security-opt', 'nope=x'], 'true'),
    sh(['--security-opt', 'nope'], 'true'),
  ),
  one(
    'seccomp profile',
    {
      do: 'write',
      path: '{dir}/profile.json',
      content: JSON.stringify({
        defaultAction: 'SCMP_ACT_ALLOW',
        archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
        syscalls: [
          { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 },
          { names: ['chmod', 'fchmodat'], action: 'SCMP_ACT_ERRNO', includes: { caps: ['CAP_SYS_ADMIN'] } },
          { names: ['rmdir'], action: 'SCMP_ACT_ERRNO', excludes: { arches: ['amd64'] } },
        ],
      }),
    },
    sh(['--security-opt', 'seccomp={dir}/profile.json'], 'mkdir /x; chmod 700 /tmp && echo changed; rmdir /tmp/none'),
    sh(['--security-opt', 'seccomp={dir}/profile.json', '--cap-add', 'SYS_ADMIN'], 'chmod 700 /tmp || echo denied'),
    { do: 'write', path: '{dir}/bad.json', content: '{' },
    sh(['--security-opt', 'seccomp={dir}/bad.json'], 'true'),
  ),
  one(
    'devices',
    sh(['--device', '/dev/fuse'], 'stat -c "%F %t:%T" /dev/fuse; head -c0 /dev/fuse'),
    sh(['--device', '/dev/zero:/dev/nought:r'], 'head -c3 /dev/nought | wc -c; echo > /dev/nought'),
    sh(['--device', '/dev/nothing'], 'true'),
    sh(['--device', '/etc/passwd'], 'true'),
    sh(['--device-cgroup-rule', 'c 10:200 rwm'], 'mknod /tun c 10 200; head -c0 /tun; echo $?'),
    sh(['--device-cgroup-rule', 'nope'], 'true'),
  ),
  one(
    'groups',
    sh(['--group-add', 'daemon', '--group-add', '77'], 'id -G'),
    sh(['-u', '1000:1000', '--group-add', 'daemon'], 'id -G'),
    sh(['--group-add', 'nonesuch'], 'true'),
  ),
  one(
    'tmpfs',
    sh(['--tmpfs', '/a'], 'grep " /a " /proc/self/mountinfo', { view: 'mounts' }),
    sh(['--tmpfs', '/a:size=1m,mode=1770,uid=5,exec'], 'grep " /a " /proc/mounts; stat -c "%a %u" /a'),
    sh(['--tmpfs', '/a:nope'], 'true'),
    sh(['--tmpfs', 'relative'], 'true'),
    sh(['--tmpfs', '/'], 'true'),
    sh(
      ['--mount', 'type=tmpfs,dst=/a,tmpfs-size=1m,tmpfs-mode=700'],
      'df -k /a | tail -n1 | tr -s " " | cut -d" " -f2; stat -c %a /a',
    ),
  ),
  one(
    'kernel settings',
    sh(
      ['--sysctl', 'net.ipv4.ip_forward=0', '--sysctl', 'kernel.msgmax=4096'],
      'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax',
    ),
    sh(['--sysctl', 'net.ipv4.ip_unprivileged_port_start=1024'], 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start'),
    sh(['--sysctl', 'kernel.panic=1'], 'true'),
  ),
  one(
    'mounts that cannot be',
    sh(['--mount', 'type=bind,src=/nonesuch-{c},dst=/m'], 'true'),
    refused('no target', { Mounts: [{ Type: 'bind', Source: '/srv' }] }),
    refused('relative target', { Mounts: [{ Type: 'bind', Source: '/srv', Target: 'x' }] }),
    refused('relative source', { Mounts: [{ Type: 'bind', Source: 'srv', Target: '/x' }] }),
    refused('root', { Mounts: [{ Type: 'bind', Source: '/srv', Target: '/' }] }),
    refused('type', { Mounts: [{ Type: 'nope', Source: '/srv', Target: '/x' }] }),
    refused('no type', { Mounts: [{ Source: '/srv', Target: '/x' }] }),
    refused('no source', { Mounts: [{ Type: 'bind', Target: '/x' }] }),
    refused('source of a tmpfs', { Mounts: [{ Type: 'tmpfs', Source: '/srv', Target: '/x' }] }),
    refused('options of another', {
      Mounts: [{ Type: 'bind', Source: '/srv', Target: '/x', VolumeOptions: { NoCopy: true } }],
    }),
    refused('propagation', {
      Mounts: [{ Type: 'bind', Source: '/srv', Target: '/x', BindOptions: { Propagation: 'nope' } }],
    }),
    refused('twice', { Binds: ['/srv:/x'], Mounts: [{ Type: 'bind', Source: '/srv', Target: '/x' }] }),
  ),
  one(
    'mounts',
    { do: 'write', path: '{dir}/in/file', content: 'content\n' },
    sh(['--mount', 'type=bind,src={dir}/in,dst=/m,readonly'], 'cat /m/file; touch /m/x'),
    sh(['--mount', 'type=bind,src={dir}/in,dst=/m'], 'grep " /m " /proc/self/mountinfo', { view: 'mounts' }),
    sh(['-v', '{dir}/in:/m:rslave'], 'true'),
    sh(['-v', '{dir}/in:/m:shared'], 'true'),
  ),
  one(
    'init',
    sh(['--init'], 'cat /proc/1/comm; tr "\\0" " " < /proc/1/cmdline'),
    sh(['--init'], 'exit 5'),
    sh(['--init'], 'nonesuch'),
    sh(['--init', '--pid', 'host'], '[ $$ -gt 5 ] && tr "\\0" " " < /proc/$$/cmdline'),
  ),
  one(
    'names',
    sh(['--add-host', 'alpha:1.2.3.4', '--add-host', 'beta=::1'], 'grep -E "(alpha|beta)$" /etc/hosts'),
    sh(
      ['--dns', '1.2.3.4', '--dns-search', 'x.y', '--dns-option', 'ndots:3'],
      'grep -v "^#" /etc/resolv.conf | grep .',
    ),
    sh(['--dns-search', '.'], 'grep -c ^search /etc/resolv.conf'),
    sh(['--network', 'host', '--dns', '1.2.3.4'], 'grep ^nameserver /etc/resolv.conf'),
    sh(['--network', 'none', '--add-host', 'a:1.2.3.4'], 'grep "a$" /etc/hosts'),
    refused('host', { ExtraHosts: ['a'] }),
    refused('address', { ExtraHosts: ['a:b'] }),
  ),
  one(
    'namespaces of the host',
    sh(['--pid', 'host'], '[ $$ -gt 5 ] && echo host'),
    sh(['--uts', 'host'], 'hostname; cat /etc/hostname'),
    sh(['--ipc', 'host'], 'grep -c " /dev/shm " /proc/mounts'),
    sh(['--ipc', 'none'], 'ls -d /dev/shm; grep -c " /dev/shm " /proc/mounts'),
    sh(['--cgroupns', 'host'], 'cut -d: -f3 /proc/self/cgroup | grep -vc "^/$"'),
    sh(['--userns', 'host'], 'true'),
    sh(['--uts', 'host', '-h', 'x'], 'true'),
  ),
  one(
    'namespaces that cannot be',
    refused('pid', { PidMode: 'nope' }),
    refused('ipc', { IpcMode: 'nope' }),
    refused('uts', { UTSMode: 'nope' }),
    refused('user', { UsernsMode: 'nope' }),
    refused('cgroup', { CgroupnsMode: 'nope' }),
    refused('pid of nobody', { PidMode: 'container:' }),
    refused('ipc of nobody', { IpcMode: 'container:' }),
    sh(['--pid', 'container:nonesuch'], 'true'),
    sh(['--ipc', 'container:nonesuch'], 'true'),
    sh(['--network', 'container:nonesuch'], 'true'),
  ),
  one(
    'namespaces of another container',
    donor('--ipc', 'shareable', '-h', 'donor'),
    sh(['--network', 'container:{c}'], 'hostname; cat /etc/hostname; ip addr show eth0 | grep -c inet'),
    sh(['--pid', 'container:{c}'], 'cat /proc/1/cmdline | tr "\\0" " " | cut -c1-20'),
    sh(['--ipc', 'container:{c}'], 'echo x > /dev/shm/joined'),
    docker('exec', '{c}', 'cat', '/dev/shm/joined'),
    sh(['--network', 'container:{c}', '-h', 'x'], 'true'),
    sh(['--network', 'container:{c}', '--dns', '1.2.3.4'], 'true'),
    sh(['--network', 'container:{c}', '--add-host', 'a:1.2.3.4'], 'true'),
    docker('stop', '-t', '0', '{c}'),
    sh(['--network', 'container:{c}'], 'true'),
    sh(['--pid', 'container:{c}'], 'true'),
    sh(['--ipc', 'container:{c}'], 'true'),
  ),
  one('IPC that is not shareable', donor('--ipc', 'private'), sh(['--ipc', 'container:{c}'], 'true')),
  one(
    'record of a joined network',
    donor(),
    docker('create', '--name', '{c}-2', '--network', 'container:{c}', 'busybox'),
    docker('inspect', '{c}-2', {
      view: 'json',
      pick: ['0.HostConfig.NetworkMode', '0.Config.Hostname', '0.NetworkSettings'],
    }),
    docker('start', '{c}-2'),
    docker('inspect', '{c}-2', { view: 'json', pick: ['0.NetworkSettings.Networks', '0.Config.Hostname'] }),
  ),
  one(
    'group of control groups',
    sh(['--cgroup-parent', '/{c}-group', '--cgroupns', 'host'], 'grep -c "{c}-group" /proc/self/cgroup'),
  ),
  one(
    'update of limits',
    donor('--memory', '64m'),
    docker('update', '--memory-reservation', '32m', '--cpu-shares', '100', '--pids-limit', '40', '{c}'),
    docker(
      'exec',
      '{c}',
      'sh',
      '-c',
      `${group('memory', 'memory.soft_limit_in_bytes', 'memory.low')}; ${group('cpu', 'cpu.shares', 'x')}`,
    ),
    docker('inspect', '{c}', '--format', '{{.HostConfig.MemoryReservation}} {{.HostConfig.CpuShares}}'),
    docker('update', '--memory-reservation', '128m', '{c}'),
    docker('update', '--cpuset-cpus', '99', '{c}'),
    docker('update', '--blkio-weight', '100', '{c}'),
  ),
  record('limits', {
    CpuShares: 100,
    CpuQuota: 20000,
    CpuPeriod: 50000,
    CpusetCpus: '0',
    CpusetMems: '0',
    Memory: 64e6,
    MemoryReservation: 32e6,
    MemorySwap: 128e6,
    MemorySwappiness: 10,
    PidsLimit: 30,
    OomScoreAdj: 5,
    BlkioDeviceReadBps: [{ Path: '/dev/loop0', Rate: 1e6 }],
    Ulimits: [{ Name: 'nofile', Soft: 10, Hard: 20 }],
  }),
  record('confinement', {
    CapAdd: ['NET_ADMIN', 'cap_kill'],
    CapDrop: ['chown'],
    SecurityOpt: ['no-new-privileges', 'label=disable'],
    GroupAdd: ['daemon', '7'],
    Sysctls: { 'net.ipv4.ip_forward': '0' },
    Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rw' }],
    DeviceCgroupRules: ['c 1:3 r'],
    MaskedPaths: ['/proc/x'],
    ReadonlyPaths: [],
    Init: true,
  }),
  record('privilege', { Privileged: true, Init: false }),
  record('modes', {
    IpcMode: 'shareable',
    PidMode: 'host',
    UTSMode: 'host',
    UsernsMode: 'host',
    CgroupnsMode: 'host',
    CgroupParent: '/x',
  }),
  record('names', {
    Dns: ['1.2.3.4'],
    DnsSearch: ['a.b'],
    DnsOptions: ['ndots:2'],
    ExtraHosts: ['a:1.2.3.4', 'b:host-gateway'],
  }),
  record('a mounted tmpfs', { Mounts: [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1e6, Mode: 448 } }] }),
  record('mounts', {
    Tmpfs: { '/a': 'size=1m', '/b': '' },
    Mounts: [{ Type: 'bind', Source: '/srv', Target: '/m', ReadOnly: true, BindOptions: { Propagation: 'rprivate' } }],
  }),
]
