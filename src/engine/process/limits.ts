import type { LimitSettings } from '#runtime'
import type { BlockSettings, CpuSettings } from '../container/host-settings.ts'
import type { ContainerRecord } from '../container/record.ts'

/** Processes of a container that asks for no limit: enough for anything but a fork bomb. */
const DEFAULT_PIDS = 4096

/** Microseconds; the kernel's default. */
const CPU_PERIOD = 100_000
const NANO = 1_000_000_000

/** What the processes of a container may use together. */
export function limitsOf({ spec: { host } }: ContainerRecord): LimitSettings {
  const { memoryReservation, swappiness, oomKillDisable = false, block = {} } = host.resources ?? {}
  const memory = host.memory === 0 ? undefined : host.memory
  return {
    memory,
    memorySwap: memory === undefined ? undefined : host.memorySwap === 0 ? memory * 2 : host.memorySwap,
    memoryReservation,
    swappiness,
    oomKillDisable,
    pids: host.pidsLimit === null ? DEFAULT_PIDS : host.pidsLimit > 0 ? host.pidsLimit : undefined,
    cpu: cpuLimits(host.cpu ?? {}),
    block: blockLimits(block),
  }
}

function cpuLimits(settings: CpuSettings): LimitSettings['cpu'] {
  const { shares, nanoCpus, period, quota, realtimePeriod, realtimeRuntime, cpus, mems } = settings
  const share =
    nanoCpus === undefined
      ? { period, quota }
      : { period: CPU_PERIOD, quota: Math.trunc((nanoCpus * CPU_PERIOD) / NANO) }
  return { shares, ...share, realtimePeriod, realtimeRuntime, cpus, mems }
}

function blockLimits(block: BlockSettings): LimitSettings['block'] {
  const { weight, weights = [], readBytes = [], writeBytes = [], readOperations = [], writeOperations = [] } = block
  return { weight, weights, readBytes, writeBytes, readOperations, writeOperations }
}
