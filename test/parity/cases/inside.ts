import { docker, type ParityCase, type View } from '../case.ts'

/** What a process sees, with flags that change it. */
const PLACES: readonly (readonly [string, readonly string[]])[] = [
  ['by default', []],
  ['as a user', ['-u', '1000']],
  ['on a terminal', ['-t']],
  ['without a network', ['--network', 'none']],
  ['in the network of the host', ['--network', 'host']],
  ['on a read-only root', ['--read-only']],
]

/** What is shown of each place, and how it is read. */
const SIGHTS: readonly (readonly [string, string, View])[] = [
  [
    'status',
    'grep -vE "^(Pid|Tgid|NSpid|NStgid|NSpgid|NSsid|Vm|Rss|Hugetlb|Cpus|Mems|voluntary|nonvol|Threads|SigQ|Ngid|x86|Sig|Shd|FDSize|Kthread|THP|untag|CoreD|TracerPid)" /proc/self/status',
    'pairs',
  ],
  ['mounts', 'cat /proc/self/mountinfo', 'mounts'],
  ['environment', 'env', 'sorted'],
  ['hosts', `awk '{print $2 "=" $0}' /etc/hosts`, 'pairs'],
  ['resolver', 'grep -E "^(nameserver|search|options)" /etc/resolv.conf', 'text'],
  ['devices', 'cd /dev; for f in * pts/*; do echo $f=$(stat -c "%F %a %u:%g %t:%T" $f) $(readlink $f); done', 'pairs'],
  ['limits', 'ulimit -a', 'sorted'],
]

function sees(place: string, flags: readonly string[]): ParityCase {
  return {
    name: `inside: ${place}`,
    steps: SIGHTS.map(([label, script, view]) =>
      docker('run', '--rm', '-h', 'inside', ...flags, 'busybox', 'sh', '-c', script, { label, view }),
    ),
  }
}

function inside(name: string, script: string, view: View = 'text', ...flags: readonly string[]): ParityCase {
  return { name: `inside: ${name}`, steps: [docker('run', '--rm', ...flags, 'busybox', 'sh', '-c', script, { view })] }
}

export const INSIDE_CASES: readonly ParityCase[] = [
  ...PLACES.map(([place, flags]) => sees(place, flags)),
  inside(
    'first process',
    'cat /proc/1/cmdline | tr "\\0" " "; echo; cat /proc/1/oom_score_adj; cat /proc/self/oom_score_adj; cat /proc/1/loginuid; cat /proc/1/attr/current',
  ),
  {
    name: 'inside: descriptors',
    steps: [
      docker('run', '--rm', 'busybox', 'ls', '/proc/self/fd'),
      ...[0, 1, 2].map(fd => docker('run', '--rm', 'busybox', 'readlink', `/proc/self/fd/${fd}`)),
    ],
  },
  inside('control groups', 'cat /proc/self/cgroup | cut -d: -f2 | sort', 'sorted'),
  inside(
    'masked files',
    'for f in kcore keys latency_stats timer_list sched_debug acpi scsi asound interrupts timer_stats; do p=/proc/$f; [ -e $p ] && echo $p $(stat -c "%F %a" $p) $(cat $p 2>/dev/null | wc -c); done; ls /sys/firmware /sys/devices/virtual/powercap | wc -l',
  ),
  inside(
    'kernel settings',
    'for s in net/ipv4/ip_unprivileged_port_start net/ipv4/ping_group_range kernel/shmmax net/ipv4/ip_forward net/ipv6/conf/all/disable_ipv6 kernel/hostname net/core/somaxconn; do echo $s $(cat /proc/sys/$s); done',
    'text',
    '-h',
    'inside',
  ),
  inside(
    'writes to the kernel',
    'echo 1 > /proc/sys/kernel/core_uses_pid; echo b > /proc/sysrq-trigger; mkdir /sys/x; mkdir /sys/fs/cgroup/x; echo 1 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/self/oom_score_adj && echo adj',
  ),
  inside(
    'system calls',
    'unshare -m true; unshare -U true; mount -t tmpfs x /tmp; mknod /x c 1 3 && echo made; mknod /y b 8 0 && cat /y | head -c1; chroot / true && echo chroot; hostname x; date -s 2020-01-01; swapoff -a; ping -c1 -W1 127.0.0.1 | head -n1',
  ),
  inside(
    'namespaces',
    'for n in cgroup ipc mnt net pid user uts time; do [ "$(readlink /proc/self/ns/$n)" = "$(readlink /proc/1/ns/$n)" ] && echo same $n; done',
  ),
  inside(
    'folders that are made',
    'for d in /proc /sys /dev /dev/pts /dev/shm /dev/mqueue /etc/hosts /etc/hostname /etc/resolv.conf /.dockerenv /root /tmp /etc /; do echo $d $(stat -c "%F %a %u:%g" $d); done',
  ),
  inside(
    'files of the engine',
    'ls -a / | sort; cat /.dockerenv | wc -c; ls -l /etc/mtab | tr -s " " | cut -d" " -f9-',
  ),
  inside('address', 'ip addr show eth0 | grep -o "inet [0-9.]*/[0-9]*"; ip route | sort; cat /sys/class/net/eth0/mtu'),
  inside('name resolution of itself', 'ping -c1 $(hostname) | head -n1 | cut -d" " -f1,2', 'text', '-h', 'inside'),
  inside('time', 'date +%Z; cat /proc/sys/kernel/random/boot_id | wc -c; cat /proc/self/timens_offsets'),
  inside('session', 'ps -o ppid,sid,user,comm | head -n 3; umask; pwd'),
  inside(
    'root folder',
    'touch /x && stat -c "%a %u:%g" /x; mkdir -p /d && stat -c "%a" /d; ln -s /x /l && readlink /l; chown 5:6 /x && stat -c "%u:%g" /x; chmod 4755 /x && stat -c %a /x',
  ),
]
