import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CgroupHierarchy, CgroupHost } from './cgroup.ts'

/** Which limits this host can set, by what its control groups have files for. */
export interface LimitAbilities {
  readonly memoryReservation: boolean
  readonly memorySwappiness: boolean
  readonly oomKillDisable: boolean
  readonly cpuRealtime: boolean
  readonly blockWeight: boolean
  readonly blockWeightDevice: boolean
  readonly blockThrottle: boolean
  /** Lists such as `0-3,7`; '' where there is no cpuset. */
  readonly cpus: string
  readonly memoryNodes: string
}

/**
 * Looked up in the roots of the hierarchies of v1, and by the controllers of v2, whose root has no such files. Real-time
 * scheduling is possible only where `parent`, the group above those of containers, has been given a share of it.
 */
export function limitAbilities(host: CgroupHost, parent: string): LimitAbilities {
  const cpuset = treeOf(host, 'cpuset')
  const set = (name: string) => readFirst(cpuset, [`cpuset.${name}.effective`, `cpuset.effective_${name}`])
  return {
    memoryReservation: has(host, 'memory', 'memory.soft_limit_in_bytes'),
    memorySwappiness: hasV1(host, 'memory', 'memory.swappiness'),
    oomKillDisable: hasV1(host, 'memory', 'memory.oom_control'),
    cpuRealtime: Number(readFirst(treeOf(host, 'cpu'), [join(parent, 'cpu.rt_runtime_us')])) > 0,
    blockWeight: has(host, 'blkio', 'blkio.weight'),
    blockWeightDevice: has(host, 'blkio', 'blkio.weight_device'),
    blockThrottle: has(host, 'blkio', 'blkio.throttle.read_bps_device'),
    cpus: set('cpus'),
    memoryNodes: set('mems'),
  }
}

/** Names of controllers on v2, where they differ. */
const UNIFIED_NAMES: Readonly<Record<string, string>> = { blkio: 'io' }

function treeOf({ hierarchies }: CgroupHost, controller: string): CgroupHierarchy | undefined {
  const name = (tree: CgroupHierarchy) => (tree.version === 2 ? (UNIFIED_NAMES[controller] ?? controller) : controller)
  return hierarchies.find(tree => tree.controllers.includes(name(tree)))
}

function has(host: CgroupHost, controller: string, file: string): boolean {
  return treeOf(host, controller)?.version === 2 || hasV1(host, controller, file)
}

function hasV1(host: CgroupHost, controller: string, file: string): boolean {
  const tree = treeOf(host, controller)
  return tree?.version === 1 && existsSync(join(tree.mountPoint, file))
}

function readFirst(tree: CgroupHierarchy | undefined, files: readonly string[]): string {
  const path = tree === undefined ? undefined : files.map(file => join(tree.mountPoint, file)).find(existsSync)
  return path === undefined ? '' : readFileSync(path, 'utf8').trim()
}
