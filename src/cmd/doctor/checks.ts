/** What this host gives a container engine, one line for each thing, with the way out where it falls short. */
import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorText } from '#lib/errors'
import { formatSize } from '#lib/units'
import {
  CAP_SYS_RESOURCE,
  detectCgroups,
  findProgram,
  hardLimit,
  hasCapability,
  hostFacts,
  knownFileSystems,
  readSysctl,
  rulesetGeneration,
  runTool,
  securityModules,
} from '#linux'
import { findInitProgram } from '../init-program.ts'
import { checkCgroups } from './cgroups.ts'

export type Verdict = 'ok' | 'note' | 'warn' | 'fail'

export interface Check {
  readonly name: string
  readonly verdict: Verdict
  readonly detail: string
  readonly fix?: string
}

type Version = readonly number[]

/** Room on the data root's disk below which an image may not fit. */
const DISK_LOW_BYTES = 2e9
const NAMESPACES = ['mnt', 'net', 'pid', 'ipc', 'uts', 'cgroup', 'user', 'time'] as const

export async function hostChecks(dataRoot: string): Promise<Check[]> {
  return [
    checkKernel(),
    checkRoot(),
    checkCgroups(detectCgroups()),
    checkNamespaces(),
    checkFileSystem('overlay', 'fail', 'layers of images', 'modprobe overlay'),
    checkErofs(),
    checkFileSystem('fuse', 'note', 'lazy and foreign file systems', 'modprobe fuse'),
    checkSeccomp(),
    checkSecurityModules(),
    ...(await checkRuntimes()),
    checkInit(),
    checkNftables(),
    checkForwarding(),
    await checkForeignFirewall(),
    checkRlimits(),
    checkInotify(),
    checkDisk(dataRoot),
    ...absentFeatures(),
  ]
}

function checkKernel(): Check {
  const { kernel, kernelVersion } = hostFacts()
  if (isBefore(kernelVersion, [5, 10])) {
    return { name: 'kernel', verdict: 'fail', detail: `${kernel}, older than 5.10`, fix: 'use a newer kernel' }
  }
  const detail = isBefore(kernelVersion, [6, 15])
    ? `${kernel}; before 6.15 the exit code of a container whose monitor was killed is lost`
    : kernel
  return { name: 'kernel', verdict: 'ok', detail }
}

function checkRoot(): Check {
  if (process.getuid?.() !== 0) return { name: 'user', verdict: 'fail', detail: 'not root', fix: 'use sudo' }
  return hasCapability(CAP_SYS_RESOURCE)
    ? { name: 'user', verdict: 'ok', detail: 'root with all that matters' }
    : {
        name: 'user',
        verdict: 'note',
        detail: 'root without CAP_SYS_RESOURCE: limits of containers stay below our own',
      }
}

function checkNamespaces(): Check {
  const missing = NAMESPACES.filter(name => !existsSync(`/proc/self/ns/${name}`))
  if (missing.length === 0) return { name: 'namespaces', verdict: 'ok', detail: NAMESPACES.join(' ') }
  const needed = missing.filter(name => name !== 'time' && name !== 'user')
  return {
    name: 'namespaces',
    verdict: needed.length > 0 ? 'fail' : 'note',
    detail: `missing: ${missing.join(' ')}`,
    ...(needed.length > 0 ? { fix: 'use a kernel that has them' } : {}),
  }
}

function checkFileSystem(name: string, absent: Verdict, use: string, fix: string): Check {
  return knownFileSystems().has(name)
    ? { name, verdict: 'ok', detail: use }
    : { name, verdict: absent, detail: `the kernel does not know it; it is for ${use}`, fix }
}

function checkErofs(): Check {
  const known = knownFileSystems().has('erofs')
  const recent = !isBefore(hostFacts().kernelVersion, [6, 12])
  if (known && recent) return { name: 'erofs', verdict: 'ok', detail: 'can be mounted from a file' }
  const reason = known ? 'needs kernel 6.12 to be mounted from a file' : 'the kernel does not know it'
  return { name: 'erofs', verdict: 'note', detail: `${reason}; overlay is used` }
}

function checkSeccomp(): Check {
  return existsSync('/proc/sys/kernel/seccomp/actions_avail')
    ? { name: 'seccomp', verdict: 'ok', detail: readSysctl('kernel/seccomp/actions_avail') ?? '' }
    : {
        name: 'seccomp',
        verdict: 'warn',
        detail: 'the kernel has none: containers reach every system call',
        fix: 'use a kernel with CONFIG_SECCOMP_FILTER',
      }
}

function checkSecurityModules(): Check {
  const modules = securityModules()
  const found = ['apparmor', 'selinux', 'landlock'].filter(name => modules.includes(name))
  return {
    name: 'security modules',
    verdict: 'note',
    detail: found.length === 0 ? 'none of AppArmor, SELinux, Landlock' : found.join(' '),
  }
}

function checkInit(): Check {
  const path = findInitProgram()
  return path === undefined
    ? {
        name: 'init',
        verdict: 'note',
        detail: 'none that needs no loader; it is for --init',
        fix: 'apt-get install tini',
      }
    : { name: 'init', verdict: 'ok', detail: path }
}

/** Holes of runtimes that matter here, with what stands against them. */
const RUNTIME_HOLES: Readonly<Record<string, readonly { readonly before: Version; readonly what: string }[]>> = {
  crun: [
    { before: [1, 15], what: 'does not check its working folder after changing to it (we refuse such folders)' },
    { before: [1, 28], what: 'follows a link at /dev (the init layer puts a folder there)' },
  ],
  runc: [
    { before: [1, 1, 12], what: 'leaks descriptors (CVE-2024-21626; Debian has mended 1.1.5)' },
    { before: [1, 2, 8], what: 'races at masked paths (CVE-2025-31133)' },
  ],
}

async function checkRuntimes(): Promise<Check[]> {
  const checks: Check[] = []
  for (const name of ['crun', 'runc']) {
    const path = findProgram(name)
    if (path !== undefined) checks.push(await checkRuntime(name, path))
  }
  if (checks.length > 0) return checks
  return [
    { name: 'runtime', verdict: 'fail', detail: 'neither crun nor runc is installed', fix: 'apt-get install crun' },
  ]
}

async function checkRuntime(name: string, path: string): Promise<Check> {
  try {
    const text = /version (\S+)/.exec(await runTool(path, ['--version'], { timeout: 5000 }))?.[1] ?? ''
    const version = text
      .split(/[.+~-]/)
      .map(Number)
      .filter(Number.isFinite)
    const holes = (RUNTIME_HOLES[name] ?? []).filter(({ before }) => isBefore(version, before)).map(({ what }) => what)
    if (holes.length === 0) return { name, verdict: 'ok', detail: text }
    return { name, verdict: 'note', detail: `${text}: ${holes.join('; ')}` }
  } catch (error) {
    return { name, verdict: 'warn', detail: errorText(error), fix: `apt-get install --reinstall ${name}` }
  }
}

function checkNftables(): Check {
  const program = findProgram('nft')
  if (program === undefined)
    return { name: 'nftables', verdict: 'fail', detail: 'nft is not installed', fix: 'apt-get install nftables' }
  if (rulesetGeneration() === undefined) {
    return {
      name: 'nftables',
      verdict: 'fail',
      detail: 'the kernel has no nftables, or we may not use them',
      fix: 'modprobe nf_tables',
    }
  }
  return { name: 'nftables', verdict: 'ok', detail: program }
}

function checkForwarding(): Check {
  const isOn = readSysctl('net.ipv4.ip_forward') === '1'
  return { name: 'IPv4 forwarding', verdict: 'ok', detail: isOn ? 'on' : 'off; the daemon switches it on' }
}

async function checkForeignFirewall(): Promise<Check> {
  const name = 'other firewalls'
  const legacy = existsSync('/proc/net/ip_tables_names')
  const legacyTool = legacy ? findProgram('iptables-legacy') : undefined
  if (legacyTool !== undefined && process.getuid?.() === 0) {
    try {
      if (/^-P FORWARD DROP$/m.test(await runTool(legacyTool, ['-S', 'FORWARD'], { timeout: 5000 }))) {
        return {
          name,
          verdict: 'warn',
          detail: 'iptables-legacy drops forwarded packets, and nftables cannot accept them there',
          fix: 'iptables-legacy -I FORWARD -i gantry0 -j ACCEPT; iptables-legacy -I FORWARD -o gantry0 -j ACCEPT',
        }
      }
    } catch {
      // Its modules are not loaded: it drops nothing.
    }
  }
  return { name, verdict: 'ok', detail: 'none that we cannot pass' }
}

function checkRlimits(): Check {
  const files = hardLimit('Max open files')
  const detail = `open files ${files ?? 'unlimited'}, processes ${hardLimit('Max processes') ?? 'unlimited'}`
  if (files !== undefined && files < 4096)
    return { name: 'limits', verdict: 'warn', detail, fix: 'ulimit -n 65536, or LimitNOFILE= in the unit' }
  return { name: 'limits', verdict: 'ok', detail }
}

function checkInotify(): Check {
  const watches = Number(readSysctl('fs.inotify.max_user_instances') ?? 0)
  const detail = `${watches} instances for each user`
  if (watches >= 128) return { name: 'inotify', verdict: 'ok', detail }
  return {
    name: 'inotify',
    verdict: 'note',
    detail: `${detail}: following many logs falls back to looking from time to time`,
    fix: 'sysctl fs.inotify.max_user_instances=1024',
  }
}

function checkDisk(dataRoot: string): Check {
  let path = dataRoot
  while (!existsSync(path)) path = dirname(path)
  const { bavail, bsize, ffree } = statfsSync(path)
  const free = bavail * bsize
  const detail = `${formatSize(free, 3)} and ${ffree} inodes free at ${dataRoot}`
  return free < DISK_LOW_BYTES
    ? { name: 'disk', verdict: 'warn', detail, fix: 'free some room, or use another --data-root' }
    : { name: 'disk', verdict: 'ok', detail }
}

/** Named so that nobody has to find out the hard way; nothing of this version needs them. */
function absentFeatures(): Check[] {
  const features: [string, string, string][] = [
    ['IPVS', '/proc/net/ip_vs', 'load balancing of cluster services'],
    ['ESP', '/proc/net/xfrm_stat', 'encrypted overlay networks'],
    ['WireGuard', '/sys/module/wireguard', 'networks between hosts'],
  ]
  return features
    .filter(([, path]) => !existsSync(path))
    .map(([name, , use]) => ({ name, verdict: 'note' as const, detail: `not in this kernel; it is for ${use}` }))
}

function isBefore(version: Version, other: Version): boolean {
  for (let at = 0; at < other.length; at++) {
    const difference = (version[at] ?? 0) - (other[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
