import type { ContainerUpdateRequest } from '#api'
import type { UpdateRequest } from '#engine'
import { isZero, refuseFields } from './refuse.ts'
import { convertLimits, type LimitHost } from './resources.ts'
import { convertRestartPolicy } from './restart-policy.ts'

/** Of what create takes, this cannot change any more; Docker passes over it. */
const FIXED = [
  { field: 'CgroupParent', flag: 'CgroupParent' },
  { field: 'BlkioWeightDevice' },
  { field: 'BlkioDeviceReadBps' },
  { field: 'BlkioDeviceWriteBps' },
  { field: 'BlkioDeviceReadIOps' },
  { field: 'BlkioDeviceWriteIOps' },
  { field: 'Devices' },
  { field: 'DeviceCgroupRules' },
  { field: 'DeviceRequests' },
  { field: 'Ulimits' },
  { field: 'OomKillDisable' },
  { field: 'MemorySwappiness', accepts: [-1] },
  { field: 'KernelMemoryTCP' },
  { field: 'CpuCount' },
]

export interface ConvertedUpdate {
  readonly request: UpdateRequest
  readonly warnings: readonly string[]
}

/**
 * The update request of the API as the engine's; what is zero or absent stays as it is.
 * @throws InvalidArgument in Docker's words, NotImplemented naming the field
 */
export function convertUpdate(body: ContainerUpdateRequest, host: LimitHost): ConvertedUpdate {
  refuseFields('', body, FIXED)
  const { memory, memorySwap, cpu, resources, warnings } = convertLimits(body, host, true)
  const { PidsLimit: pids } = body
  return {
    request: {
      restart: isZero(body.RestartPolicy?.Name) ? undefined : convertRestartPolicy(body.RestartPolicy),
      memory: given(memory),
      memorySwap: given(memorySwap),
      memoryReservation: resources.memoryReservation,
      blockWeight: resources.block?.weight,
      pidsLimit: pids === undefined ? undefined : Math.max(0, pids),
      cpu,
    },
    warnings,
  }
}

function given(value: number): number | undefined {
  return value === 0 ? undefined : value
}
