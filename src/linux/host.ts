import { readFileSync, writeFileSync } from 'node:fs'
import { arch, release } from 'node:os'

/** Facts of this host that do not change while it runs. */
export interface HostFacts {
  readonly kernel: string
  /** Major and minor, for comparing. */
  readonly kernelVersion: readonly [number, number]
  /** As `uname -m` prints it: `x86_64`, `aarch64`. */
  readonly machine: string
  readonly operatingSystem: string
  readonly osVersion: string
  /** Differs after every boot. */
  readonly bootId: string
}

export function hostFacts(): HostFacts {
  const osRelease = readOptional('/etc/os-release') ?? ''
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1]
  const kernel = release()
  const [major = 0, minor = 0] = kernel.split('.').map(part => Number.parseInt(part, 10))
  return {
    kernel,
    kernelVersion: [major, minor],
    machine: arch() === 'x64' ? 'x86_64' : arch() === 'arm64' ? 'aarch64' : arch(),
    operatingSystem: field('PRETTY_NAME') ?? 'Linux',
    osVersion: field('VERSION_ID') ?? '',
    bootId: (readOptional('/proc/sys/kernel/random/boot_id') ?? '').trim(),
  }
}

/** Capabilities by number that this process has in effect. See capabilities(7). */
export function hasCapability(number: number): boolean {
  const status = readFileSync('/proc/self/status', 'utf8')
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return (effective & (1n << BigInt(number))) !== 0n
}

export const CAP_NET_ADMIN = 12
export const CAP_SYS_ADMIN = 21
export const CAP_SYS_RESOURCE = 24

/** File systems that the running kernel can mount without loading anything. */
export function knownFileSystems(): ReadonlySet<string> {
  const names = readFileSync('/proc/filesystems', 'utf8')
    .split('\n')
    .map(line => line.split('\t')[1] ?? '')
  return new Set(names.filter(name => name !== ''))
}

/** Security modules in force, from securityfs; empty where that is not mounted. */
export function securityModules(): string[] {
  return (readOptional('/sys/kernel/security/lsm') ?? '')
    .trim()
    .split(',')
    .filter(name => name !== '')
}

/** Resources of getrlimit(2) as `docker run --ulimit` spells them, with their names in proc_pid_limits(5). */
export const HARD_LIMIT_NAMES = {
  as: 'Max address space',
  core: 'Max core file size',
  cpu: 'Max cpu time',
  data: 'Max data size',
  fsize: 'Max file size',
  locks: 'Max file locks',
  memlock: 'Max locked memory',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  nofile: 'Max open files',
  nproc: 'Max processes',
  rss: 'Max resident set',
  rtprio: 'Max realtime priority',
  rttime: 'Max realtime timeout',
  sigpending: 'Max pending signals',
  stack: 'Max stack size',
} as const
export type LimitName = (typeof HARD_LIMIT_NAMES)[keyof typeof HARD_LIMIT_NAMES]

/** Hard limit of a resource of this process, by its name in proc_pid_limits(5); undefined is unlimited. */
export function hardLimit(name: LimitName): number | undefined {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find(text => text.startsWith(name))
  const value = line?.slice(26).trim().split(/\s+/)[1]
  return value === undefined || value === 'unlimited' ? undefined : Number(value)
}

/** Sets this process's oom_score_adj (proc_pid_oom_score_adj(5)). False where the host refuses (no CAP_SYS_RESOURCE). */
export function avoidOomKiller(score: number): boolean {
  try {
    writeFileSync('/proc/self/oom_score_adj', String(score))
    return true
  } catch {
    return false
  }
}

/** This process's oom_score_adj, below which a container's may not go without CAP_SYS_RESOURCE. */
export function ownOomScore(): number {
  return Number(readFileSync('/proc/self/oom_score_adj', 'utf8'))
}

/** True where `path` (of a namespace, a device, a kernel file) is there. */
export function kernelHas(path: string): boolean {
  return readOptional(path) !== undefined
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
