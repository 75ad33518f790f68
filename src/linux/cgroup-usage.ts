import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CgroupHost } from './cgroup.ts'

/** What the kernel has counted for a group and those below it. Undefined is what it does not count. */
export interface CgroupUsage {
  readonly version: 1 | 2
  /** Nanoseconds. */
  readonly cpu: {
    readonly total: number
    /** v1 only. */
    readonly perCpu: readonly number[] | undefined
    readonly system: number
    readonly user: number
    readonly periods: number
    readonly throttledPeriods: number
    readonly throttled: number
  }
  readonly memory:
    | {
        readonly usage: number
        /** v1 only. */
        readonly maxUsage: number | undefined
        /** v1: how often the limit was hit; v2: how often there was no way out. */
        readonly failures: number
        /** Undefined is none. */
        readonly limit: number | undefined
        readonly stat: Readonly<Record<string, number>>
      }
    | undefined
  readonly pids: { readonly current: number; readonly limit: number | undefined } | undefined
  readonly io: { readonly bytes: readonly IoCount[]; readonly operations: readonly IoCount[] }
}

export interface IoCount {
  readonly major: number
  readonly minor: number
  readonly operation: string
  readonly value: number
}

/** USER_HZ, which is 100 for every user space of Linux. */
const NANOS_PER_TICK = 10_000_000
const NANOS_PER_MICRO = 1000
/** v1 says "no limit" with the largest number of whole pages. */
const V1_NO_LIMIT = 2 ** 62

/** Undefined where the group is not there (any more). */
export function cgroupUsage(host: CgroupHost, group: string): CgroupUsage | undefined {
  const folder = (controller: string) => {
    const tree = host.hierarchies.find(({ version, controllers }) => version === 1 && controllers.includes(controller))
    return tree === undefined ? undefined : join(tree.mountPoint, group)
  }
  const cpu = folder('cpuacct')
  if (cpu !== undefined) return usageV1({ cpuacct: cpu, cpu: folder('cpu'), memory: folder('memory') }, folder)
  const unified = host.hierarchies.find(({ version }) => version === 2)
  return unified === undefined ? undefined : usageV2(join(unified.mountPoint, group))
}

function usageV1(
  folders: { readonly cpuacct: string; readonly cpu: string | undefined; readonly memory: string | undefined },
  folder: (controller: string) => string | undefined,
): CgroupUsage | undefined {
  const total = readNumber(folders.cpuacct, 'cpuacct.usage')
  if (total === undefined) return undefined
  const ticks = readPairs(folders.cpuacct, 'cpuacct.stat')
  const throttling = readPairs(folders.cpu, 'cpu.stat')
  return {
    version: 1,
    cpu: {
      total,
      perCpu: (readText(folders.cpuacct, 'cpuacct.usage_percpu') ?? '').trim().split(/\s+/).map(Number),
      system: (ticks['system'] ?? 0) * NANOS_PER_TICK,
      user: (ticks['user'] ?? 0) * NANOS_PER_TICK,
      periods: throttling['nr_periods'] ?? 0,
      throttledPeriods: throttling['nr_throttled'] ?? 0,
      throttled: throttling['throttled_time'] ?? 0,
    },
    memory: memoryV1(folders.memory),
    pids: pidsOf(folder('pids')),
    io: ioV1(folder('blkio')),
  }
}

function memoryV1(folder: string | undefined): CgroupUsage['memory'] {
  const usage = readNumber(folder, 'memory.usage_in_bytes')
  if (usage === undefined) return undefined
  const limit = readNumber(folder, 'memory.limit_in_bytes') ?? V1_NO_LIMIT
  return {
    usage,
    maxUsage: readNumber(folder, 'memory.max_usage_in_bytes'),
    failures: readNumber(folder, 'memory.failcnt') ?? 0,
    limit: limit >= V1_NO_LIMIT ? undefined : limit,
    stat: readPairs(folder, 'memory.stat'),
  }
}

/** The scheduler's own counters where there are some, else those of throttling, which count everything. */
function ioV1(folder: string | undefined): CgroupUsage['io'] {
  const first = (name: string) => {
    const lists = ['blkio', 'blkio.bfq', 'blkio.throttle'].map(kind => readIoV1(folder, `${kind}.${name}_recursive`))
    return lists.find(list => list.length > 0) ?? []
  }
  return { bytes: first('io_service_bytes'), operations: first('io_serviced') }
}

/** `8:0 Read 4096` a line; the sum of all comes last. */
function readIoV1(folder: string | undefined, file: string): IoCount[] {
  const lines = (readText(folder, file) ?? '').matchAll(/^(\d+):(\d+) (\w+) (\d+)$/gm)
  return [...lines].map(([, major, minor, operation = '', value]) => ({
    major: Number(major),
    minor: Number(minor),
    operation,
    value: Number(value),
  }))
}

function usageV2(folder: string): CgroupUsage | undefined {
  const cpu = readPairs(folder, 'cpu.stat')
  const total = cpu['usage_usec']
  if (total === undefined) return undefined
  return {
    version: 2,
    cpu: {
      total: total * NANOS_PER_MICRO,
      perCpu: undefined,
      system: (cpu['system_usec'] ?? 0) * NANOS_PER_MICRO,
      user: (cpu['user_usec'] ?? 0) * NANOS_PER_MICRO,
      periods: cpu['nr_periods'] ?? 0,
      throttledPeriods: cpu['nr_throttled'] ?? 0,
      throttled: (cpu['throttled_usec'] ?? 0) * NANOS_PER_MICRO,
    },
    memory: memoryV2(folder),
    pids: pidsOf(folder),
    io: ioV2(folder),
  }
}

function memoryV2(folder: string): CgroupUsage['memory'] {
  const usage = readNumber(folder, 'memory.current')
  if (usage === undefined) return undefined
  return {
    usage,
    maxUsage: undefined,
    failures: readPairs(folder, 'memory.events')['oom'] ?? 0,
    limit: readNumber(folder, 'memory.max'),
    stat: readPairs(folder, 'memory.stat'),
  }
}

/** `8:0 rbytes=1 wbytes=2 rios=3 wios=4 ...` a line. */
function ioV2(folder: string): CgroupUsage['io'] {
  const bytes: IoCount[] = []
  const operations: IoCount[] = []
  for (const [, major, minor, rest = ''] of (readText(folder, 'io.stat') ?? '').matchAll(/^(\d+):(\d+) (.*)$/gm)) {
    const counts = new Map(rest.split(' ').map(pair => [pair.split('=')[0], Number(pair.split('=')[1])]))
    const count = (operation: string, name: string) => ({
      major: Number(major),
      minor: Number(minor),
      operation,
      value: counts.get(name) ?? 0,
    })
    bytes.push(count('read', 'rbytes'), count('write', 'wbytes'))
    operations.push(count('read', 'rios'), count('write', 'wios'))
  }
  return { bytes, operations }
}

function pidsOf(folder: string | undefined): CgroupUsage['pids'] {
  const current = readNumber(folder, 'pids.current')
  return current === undefined ? undefined : { current, limit: readNumber(folder, 'pids.max') }
}

/** Undefined where there is no such file, and for `max`. */
function readNumber(folder: string | undefined, file: string): number | undefined {
  const text = (readText(folder, file) ?? '').trim()
  return /^\d+$/.test(text) ? Number(text) : undefined
}

function readPairs(folder: string | undefined, file: string): Readonly<Record<string, number>> {
  const pairs = (readText(folder, file) ?? '').matchAll(/^(\S+) (\d+)$/gm)
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, Number(value)]))
}

function readText(folder: string | undefined, file: string): string | undefined {
  if (folder === undefined) return undefined
  try {
    return readFileSync(join(folder, file), 'utf8')
  } catch {
    return undefined
  }
}
