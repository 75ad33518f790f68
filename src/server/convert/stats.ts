import type { BlkioEntry, BlkioStats, ContainerStats, CpuStats, MemoryStats, NetworkStats } from '#api'
import type { Sample, StatsReport } from '#engine'
import { formatRfc3339Nano, ZERO_TIME } from '#lib/time'

/** Go's MaxUint64, by which cgroup v2 says that there is no limit. */
const UNLIMITED = 2n ** 64n - 1n

const NO_CPU: CpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
}

const NO_BLKIO: BlkioStats = {
  io_service_bytes_recursive: null,
  io_serviced_recursive: null,
  io_queue_recursive: null,
  io_service_time_recursive: null,
  io_wait_time_recursive: null,
  io_merged_recursive: null,
  io_time_recursive: null,
  sectors_recursive: null,
}

/** One sample of `GET /containers/{id}/stats`. */
export function statsMessage({ record, sample, before }: StatsReport): ContainerStats {
  return {
    name: `/${record.name}`,
    id: record.id,
    read: sample === undefined ? ZERO_TIME : formatRfc3339Nano(sample.read),
    preread: before === undefined ? ZERO_TIME : formatRfc3339Nano(before.read),
    pids_stats: sample === undefined ? {} : pidsStats(sample),
    blkio_stats: sample === undefined ? NO_BLKIO : blkioStats(sample),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: sample === undefined ? NO_CPU : cpuStats(sample),
    precpu_stats: before === undefined ? NO_CPU : cpuStats(before),
    memory_stats: sample === undefined ? {} : memoryStats(sample),
    ...networks(sample),
  }
}

function cpuStats({ usage: { cpu }, host }: Sample): CpuStats {
  return {
    cpu_usage: {
      total_usage: cpu.total,
      ...(cpu.perCpu === undefined ? {} : { percpu_usage: cpu.perCpu }),
      usage_in_kernelmode: cpu.system,
      usage_in_usermode: cpu.user,
    },
    system_cpu_usage: host.cpuNanos,
    online_cpus: host.processors,
    throttling_data: {
      periods: cpu.periods,
      throttled_periods: cpu.throttledPeriods,
      throttled_time: cpu.throttled,
    },
  }
}

/** What there is no limit for is limited by the host's memory. */
function memoryStats({ usage: { memory }, host }: Sample): MemoryStats {
  if (memory === undefined) return {}
  return {
    ...(memory.usage === 0 ? {} : { usage: memory.usage }),
    ...(memory.maxUsage === undefined ? {} : { max_usage: memory.maxUsage }),
    stats: memory.stat,
    ...(memory.failures === 0 ? {} : { failcnt: memory.failures }),
    limit: Math.min(memory.limit ?? host.memory, host.memory),
  }
}

function pidsStats({ usage: { pids, version } }: Sample): ContainerStats['pids_stats'] {
  if (pids === undefined) return {}
  const none = version === 2 ? { limit: UNLIMITED } : {}
  return { current: pids.current, ...(pids.limit === undefined ? none : { limit: pids.limit }) }
}

function blkioStats({ usage: { io, version } }: Sample): BlkioStats {
  const entries = (counts: typeof io.bytes): readonly BlkioEntry[] =>
    counts.map(({ major, minor, operation, value }) => ({ major, minor, op: operation, value }))
  if (version === 2) {
    return { ...NO_BLKIO, io_service_bytes_recursive: io.bytes.length === 0 ? null : entries(io.bytes) }
  }
  return {
    io_service_bytes_recursive: entries(io.bytes),
    io_serviced_recursive: entries(io.operations),
    io_queue_recursive: [],
    io_service_time_recursive: [],
    io_wait_time_recursive: [],
    io_merged_recursive: [],
    io_time_recursive: [],
    sectors_recursive: [],
  }
}

function networks(sample: Sample | undefined): { readonly networks?: Readonly<Record<string, NetworkStats>> } {
  if (sample === undefined || sample.links.length === 0) return {}
  const entries = sample.links.map(({ name, received, sent }) => [
    name,
    {
      rx_bytes: received.bytes,
      rx_packets: received.packets,
      rx_errors: received.errors,
      rx_dropped: received.dropped,
      tx_bytes: sent.bytes,
      tx_packets: sent.packets,
      tx_errors: sent.errors,
      tx_dropped: sent.dropped,
    },
  ])
  return { networks: Object.fromEntries(entries) }
}
