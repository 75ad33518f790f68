import type { ContainerUpdateRequest } from '#api'
import type { UpdateRequest } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { checkMemory } from './create.ts'
import { isZero, refuseFields } from './refuse.ts'
import { convertRestartPolicy } from './restart-policy.ts'
import { HOST_CONFIG_REFUSALS } from './unsupported.ts'

const NANO = 1_000_000_000
const PERIOD_MIN = 1000
const PERIOD_MAX = 1_000_000
const QUOTA_MIN = 1000
const CPU_LIST = /^\d+(-\d+)?(,\d+(-\d+)?)*$/
const DONE = new Set(['NanoCpus', 'CpuShares', 'CpuPeriod', 'CpuQuota', 'CpusetCpus', 'CpusetMems'])

/**
 * The update request of the API as the engine's; what is zero or absent stays as it is.
 * @throws InvalidArgument in Docker's words, NotImplemented naming the field
 */
export function convertUpdate(body: ContainerUpdateRequest, processors: number): UpdateRequest {
  const refusals = HOST_CONFIG_REFUSALS.filter(({ field }) => !DONE.has(field))
  refuseFields('', body, refusals)
  checkMemory(body)
  checkCpu(body, processors)
  const { PidsLimit: pids } = body
  return {
    restart: isZero(body.RestartPolicy?.Name) ? undefined : convertRestartPolicy(body.RestartPolicy),
    memory: given(body.Memory),
    memorySwap: given(body.MemorySwap),
    pidsLimit: pids === undefined ? undefined : Math.max(0, pids),
    cpu: {
      ...number('shares', body.CpuShares),
      ...number('nanoCpus', body.NanoCpus),
      ...number('period', body.CpuPeriod),
      ...number('quota', body.CpuQuota),
      ...text('cpus', body.CpusetCpus),
      ...text('mems', body.CpusetMems),
    },
  }
}

function checkCpu(body: ContainerUpdateRequest, processors: number): void {
  const { NanoCpus: nano = 0, CpuPeriod: period = 0, CpuQuota: quota = 0, CpuShares: shares = 0 } = body
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
  for (const [name, list = ''] of [
    ['cpus', body.CpusetCpus],
    ['mems', body.CpusetMems],
  ] as const) {
    if (list !== '' && !CPU_LIST.test(list)) throw new InvalidArgument(`invalid value ${list} for cpuset ${name}`)
  }
}

function given(value: number | undefined): number | undefined {
  return value === undefined || value === 0 ? undefined : value
}

function number<K extends string>(key: K, value: number | undefined): { readonly [name in K]?: number } {
  return isZero(value) ? {} : ({ [key]: value } as { readonly [name in K]?: number })
}

function text<K extends string>(key: K, value: string | undefined): { readonly [name in K]?: string } {
  return isZero(value) ? {} : ({ [key]: value } as { readonly [name in K]?: string })
}
