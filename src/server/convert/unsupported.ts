/** Fields of the create request that this version does not do. A field leaves the list when it is done. */
import type { Refusal } from './refuse.ts'

export const CONFIG_REFUSALS: readonly Refusal[] = [
  { field: 'MacAddress', flag: '--mac-address' },
  { field: 'OnBuild' },
  { field: 'Volumes', flag: '-v PATH (an anonymous volume)' },
]

export const HOST_CONFIG_REFUSALS: readonly Refusal[] = [
  { field: 'PortBindings', flag: '-p' },
  { field: 'PublishAllPorts', flag: '-P' },
  { field: 'VolumeDriver', flag: '--volume-driver', accepts: ['local'] },
  { field: 'VolumesFrom', flag: '--volumes-from' },
  { field: 'Cgroup' },
  { field: 'Links', flag: '--link' },
  { field: 'KernelMemoryTCP' },
  { field: 'CpuCount' },
]

/** Of an endpoint's settings; the rest is what the engine answers. */
export const ENDPOINT_REFUSALS: readonly Refusal[] = [
  { field: 'IPAMConfig', flag: '--ip' },
  { field: 'Links', flag: '--link' },
  { field: 'MacAddress', flag: '--mac-address' },
  { field: 'Aliases', flag: '--network-alias' },
  { field: 'DriverOpts', flag: '--network with options' },
  { field: 'GwPriority', flag: 'gw-priority' },
]
