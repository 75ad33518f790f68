import { type ApiVersion, atLeast, type ContainerUpdateRequest, type HostConfig } from '#api'
import type { ContainerSpec } from '#engine'
import { InvalidArgument } from '#lib/errors'
import type { LimitAbilities } from '../backends.ts'
import { coversList } from './cpu-list.ts'
import { isZero } from './refuse.ts'

/** Below this, a process cannot even be started in its control group. */
const MEMORY_MIN_BYTES = 6 * 1024 * 1024
const NANO = 1_000_000_000
const PERIOD_MIN = 1000
const PERIOD_MAX = 1_000_000
const QUOTA_MIN = 1000
const WEIGHT_MIN = 10
const WEIGHT_MAX = 1000
const SWAPPINESS_MAX = 100
/** API versions before this one knew a limit of the kernel's memory, which no kernel has any more. */
const KERNEL_MEMORY_GONE = '1.42'

/** What limits are held against. */
export interface LimitHost {
  readonly processors: number
  readonly limits: LimitAbilities
  readonly version: ApiVersion
}

type Host = ContainerSpec['host']
export type Resources = NonNullable<Host['resources']>
type Block = NonNullable<Resources['block']>
type Cpu = NonNullable<Host['cpu']>
/** Fields that create and update share. */
type Asked = Pick<HostConfig & ContainerUpdateRequest, keyof ContainerUpdateRequest & keyof HostConfig>

export interface ConvertedLimits {
  readonly memory: number
  readonly memorySwap: number
  readonly cpu: Cpu
  readonly resources: Pick<Resources, 'memoryReservation' | 'swappiness' | 'oomKillDisable' | 'block'>
  readonly warnings: readonly string[]
}

/**
 * Limits of a create request, or with `isUpdate` of an update, in which zero is no change. What this kernel cannot do is
 * left out with a warning, as with Docker. @throws InvalidArgument in Docker's words
 */
export function convertLimits(asked: Asked, host: LimitHost, isUpdate = false): ConvertedLimits {
  const warnings: string[] = []
  checkMemory(asked, isUpdate)
  const memory = memoryResources(asked, host, warnings)
  checkCpu(asked, host)
  if ((asked.CpuPercent ?? 0) > 0) warnings.push('linux does not support CPU percent. Percent discarded.')
  const block = blockResources(asked, host, warnings)
  return {
    memory: asked.Memory ?? 0,
    memorySwap: asked.MemorySwap ?? 0,
    cpu: {
      ...number('shares', asked.CpuShares),
      ...number('nanoCpus', asked.NanoCpus),
      ...number('period', asked.CpuPeriod),
      ...number('quota', asked.CpuQuota),
      ...number('realtimePeriod', asked.CpuRealtimePeriod),
      ...number('realtimeRuntime', asked.CpuRealtimeRuntime),
      ...text('cpus', asked.CpusetCpus),
      ...text('mems', asked.CpusetMems),
    },
    resources: { ...memory, ...(Object.keys(block).length === 0 ? {} : { block }) },
    warnings,
  }
}

function checkMemory(asked: Asked, isUpdate: boolean): void {
  const { Memory: memory = 0, MemorySwap: swap = 0, MemoryReservation: reservation = 0 } = asked
  if (memory < 0 || (memory > 0 && memory < MEMORY_MIN_BYTES)) {
    throw new InvalidArgument('Minimum memory limit allowed is 6MB')
  }
  if (memory > 0 && swap > 0 && swap < memory) {
    throw new InvalidArgument('Minimum memoryswap limit should be larger than memory limit, see usage')
  }
  if (memory === 0 && swap > 0 && !isUpdate) {
    throw new InvalidArgument('You should always set the Memory limit when using Memoryswap limit, see usage')
  }
  if (swap < -1) throw new InvalidArgument(`invalid HostConfig.MemorySwap: ${swap}`, { fix: 'use bytes, 0 or -1' })
  if (reservation < 0 || (reservation > 0 && reservation < MEMORY_MIN_BYTES)) {
    throw new InvalidArgument('Minimum memory reservation allowed is 6MB')
  }
  if (memory > 0 && reservation > memory) {
    throw new InvalidArgument('Minimum memory limit can not be less than memory reservation limit, see usage')
  }
}

function memoryResources(
  asked: Asked,
  { limits, version }: LimitHost,
  warnings: string[],
): Pick<Resources, 'memoryReservation' | 'swappiness' | 'oomKillDisable'> {
  const { Memory: memory = 0, MemoryReservation: reservation = 0, MemorySwappiness: swappiness = -1 } = asked
  const { KernelMemory: kernel = 0, OomKillDisable: oomKillDisable = false } = asked
  const where = 'capabilities or the cgroup is not mounted.'
  const given = (isAsked: boolean, isPossible: boolean, warning: string) => {
    if (isAsked && !isPossible) warnings.push(warning)
    return isAsked && isPossible
  }
  const hasSwappiness = given(
    swappiness !== -1,
    limits.memorySwappiness,
    `Your kernel does not support memory swappiness ${where} Memory swappiness discarded.`,
  )
  if (hasSwappiness && (swappiness < 0 || swappiness > SWAPPINESS_MAX)) {
    throw new InvalidArgument(`Invalid value: ${swappiness}, valid memory swappiness range is 0-100`)
  }
  const hasReservation = given(
    reservation > 0,
    limits.memoryReservation,
    `Your kernel does not support memory soft limit ${where} Limitation discarded.`,
  )
  const hasKernel = kernel > 0 && !atLeast(version, KERNEL_MEMORY_GONE)
  given(hasKernel, false, `Your kernel does not support kernel memory limit ${where} Limitation discarded.`)
  const disables = given(
    oomKillDisable,
    limits.oomKillDisable,
    'Your kernel does not support OomKillDisable. OomKillDisable discarded.',
  )
  if (disables && memory === 0) {
    warnings.push(
      'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
    )
  }
  return {
    ...(hasReservation ? { memoryReservation: reservation } : {}),
    ...(hasSwappiness ? { swappiness } : {}),
    ...(disables ? { oomKillDisable: true } : {}),
  }
}

function checkCpu(asked: Asked, { processors, limits }: LimitHost): void {
  const { NanoCpus: nano = 0, CpuPeriod: period = 0, CpuQuota: quota = 0, CpuShares: shares = 0 } = asked
  if (nano > 0 && period > 0) {
    throw new InvalidArgument('Conflicting options: Nano CPUs and CPU Period cannot both be set')
  }
  if (nano > 0 && quota > 0) {
    throw new InvalidArgument('Conflicting options: Nano CPUs and CPU Quota cannot both be set')
  }
  if (nano < 0 || nano > processors * NANO) {
    throw new InvalidArgument(
      `range of CPUs is from 0.01 to ${processors}.00, as there are only ${processors} CPUs available`,
    )
  }
  if (shares < 0) throw new InvalidArgument(`invalid CPU shares (${shares}): value must be a positive integer`)
  if (period !== 0 && (period < PERIOD_MIN || period > PERIOD_MAX)) {
    throw new InvalidArgument('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)')
  }
  if (quota > 0 && quota < QUOTA_MIN) {
    throw new InvalidArgument('CPU cfs quota can not be less than 1ms (i.e. 1000)')
  }
  checkRealtime(asked, limits)
  checkSet('cpus', 'CPUs', asked.CpusetCpus ?? '', limits.cpus)
  checkSet('mems', 'memory nodes', asked.CpusetMems ?? '', limits.memoryNodes)
}

function checkRealtime(asked: Asked, limits: LimitAbilities): void {
  const { CpuRealtimePeriod: period = 0, CpuRealtimeRuntime: runtime = 0 } = asked
  if (period === 0 && runtime === 0) return
  if (runtime > period) {
    throw new InvalidArgument('cpu real-time runtime cannot be higher than cpu real-time period')
  }
  if (!limits.cpuRealtime) {
    throw new InvalidArgument('Your kernel does not support CPU real-time scheduler', {
      fix: 'leave it out, or give the control group of the daemon a cpu.rt_runtime_us (control groups v1) before it starts',
    })
  }
}

function checkSet(name: string, what: string, list: string, available: string): void {
  if (list === '') return
  const covers = coversList(available, list)
  if (covers === undefined)
    throw new InvalidArgument(`Invalid value ${list} for cpuset ${name}: invalid format: ${list}`)
  if (!covers) {
    throw new InvalidArgument(`Requested ${what} are not available - requested ${list}, available: ${available}`)
  }
}

function blockResources(asked: Asked, { limits }: LimitHost, warnings: string[]): Block {
  for (const [value, what] of [
    [asked.IOMaximumBandwidth, 'bandwidth'],
    [asked.IOMaximumIOps, 'IOPs'],
  ] as const) {
    if (isZero(value)) continue
    throw new InvalidArgument(`invalid option: QoS maximum ${what} configuration is not supported on linux`)
  }
  const { BlkioWeight: weight = 0 } = asked
  const discarded = (isAsked: boolean, isPossible: boolean, what: string, short: string) => {
    if (isAsked && !isPossible)
      warnings.push(`Your kernel does not support ${what} or the cgroup is not mounted. ${short} discarded.`)
    return isAsked && isPossible
  }
  const hasWeight = discarded(weight > 0, limits.blockWeight, 'Block I/O weight', 'Weight')
  if (hasWeight && (weight < WEIGHT_MIN || weight > WEIGHT_MAX)) {
    throw new InvalidArgument('Range of blkio weight is from 10 to 1000')
  }
  const weights = asked.BlkioWeightDevice ?? []
  const hasWeights = discarded(weights.length > 0, limits.blockWeightDevice, 'Block I/O weight_device', 'Weight-device')
  return {
    ...(hasWeight ? { weight } : {}),
    ...(hasWeights ? { weights: weights.map(({ Path = '', Weight = 0 }) => ({ device: Path, value: Weight })) } : {}),
    ...throttles(asked, limits, warnings),
  }
}

function throttles(asked: Asked, { blockThrottle }: LimitAbilities, warnings: string[]): Block {
  const fields = [
    ['readBytes', asked.BlkioDeviceReadBps, 'BPS Block I/O read', 'Block I/O BPS read'],
    ['writeBytes', asked.BlkioDeviceWriteBps, 'BPS Block I/O write', 'Block I/O BPS write'],
    ['readOperations', asked.BlkioDeviceReadIOps, 'IOPS Block read', 'Block I/O IOPS read'],
    ['writeOperations', asked.BlkioDeviceWriteIOps, 'IOPS Block write', 'Block I/O IOPS write'],
  ] as const
  const given = fields.flatMap(([name, values, what, short]) => {
    if (values === undefined || values.length === 0) return []
    if (blockThrottle) return [[name, values.map(({ Path = '', Rate = 0 }) => ({ device: Path, value: Number(Rate) }))]]
    warnings.push(`Your kernel does not support ${what} limit or the cgroup is not mounted. ${short} limit discarded.`)
    return []
  })
  return Object.fromEntries(given) as Block
}

function number<K extends string>(key: K, value: number | undefined): { readonly [name in K]?: number } {
  return isZero(value) ? {} : ({ [key]: value } as { readonly [name in K]?: number })
}

function text<K extends string>(key: K, value: string | undefined): { readonly [name in K]?: string } {
  return isZero(value) ? {} : ({ [key]: value } as { readonly [name in K]?: string })
}
