import type { ContainerStats, CpuStats, MemoryStats } from '#api'
import { formatMemory, formatSize } from '#lib/units'
import type { ListFormat } from '#template'
import { truncatedId } from './short-id.ts'

/** What is shown of one container: what it was called by, and the last that is known of it. */
export interface StatsRow {
  readonly container: string
  /** Undefined where nothing came in time. */
  readonly stats: ContainerStats | undefined
}

const TABLE =
  '{{.ID}}\\t{{.Name}}\\t{{.CPUPerc}}\\t{{.MemUsage}}\\t{{.MemPerc}}\\t{{.NetIO}}\\t{{.BlockIO}}\\t{{.PIDs}}'
const NOTHING = '--'
const DIGITS = 3

/** The columns of `docker stats`. */
export function statsList(truncates: boolean): ListFormat<StatsRow> {
  const known = (show: (stats: ContainerStats) => string, other = NOTHING) => {
    return ({ stats }: StatsRow) => (stats === undefined ? other : show(stats))
  }
  return {
    typeName: '*container.statsContext',
    columns: {
      Container: { header: 'CONTAINER', value: row => row.container },
      Name: { header: 'NAME', value: known(({ name = '' }) => name.replace(/^\//, '') || NOTHING) },
      ID: { header: 'CONTAINER ID', value: known(({ id = '' }) => (truncates ? truncatedId(id) : id), '') },
      CPUPerc: { header: 'CPU %', value: known(stats => percent(cpuPercent(stats.precpu_stats, stats.cpu_stats))) },
      MemUsage: {
        header: 'MEM USAGE / LIMIT',
        value: known(
          ({ memory_stats: memory }) => `${formatMemory(memoryUsed(memory))} / ${formatMemory(memory.limit ?? 0)}`,
          `${NOTHING} / ${NOTHING}`,
        ),
      },
      MemPerc: { header: 'MEM %', value: known(({ memory_stats: memory }) => percent(memoryPercent(memory))) },
      NetIO: { header: 'NET I/O', value: known(stats => inAndOut(networkBytes(stats))) },
      BlockIO: { header: 'BLOCK I/O', value: known(stats => inAndOut(blockBytes(stats))) },
      PIDs: { header: 'PIDS', value: known(({ pids_stats: pids }) => String(pids.current ?? 0)) },
    },
    defaultTable: TABLE,
  }
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`
}

function inAndOut([first, second]: readonly [number, number]): string {
  return `${formatSize(first, DIGITS)} / ${formatSize(second, DIGITS)}`
}

/** Of one processor: two that are busy make 200. */
function cpuPercent(before: CpuStats, now: CpuStats): number {
  const own = now.cpu_usage.total_usage - before.cpu_usage.total_usage
  const all = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0)
  const processors = now.online_cpus ?? now.cpu_usage.percpu_usage?.length ?? 0
  return own > 0 && all > 0 ? (own / all) * processors * 100 : 0
}

/** Without the files that the kernel keeps only as long as nobody else needs the memory. */
function memoryUsed({ usage = 0, stats = {} }: MemoryStats): number {
  const idle = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0
  return idle < usage ? usage - idle : usage
}

function memoryPercent(memory: MemoryStats): number {
  const { limit = 0 } = memory
  return limit === 0 ? 0 : (memoryUsed(memory) / limit) * 100
}

function networkBytes({ networks = {} }: ContainerStats): readonly [number, number] {
  const links = Object.values(networks)
  return [links.reduce((sum, link) => sum + link.rx_bytes, 0), links.reduce((sum, link) => sum + link.tx_bytes, 0)]
}

function blockBytes({ blkio_stats: blkio }: ContainerStats): readonly [number, number] {
  const entries = blkio.io_service_bytes_recursive ?? []
  const sum = (kind: string) =>
    entries.filter(({ op }) => op.toLowerCase().startsWith(kind)).reduce((all, { value }) => all + value, 0)
  return [sum('r'), sum('w')]
}
