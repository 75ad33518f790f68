import { mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '#lib/errors'
import { CGROUP2_MAGIC, type MountEntry, mountAt, mounts, unmountUnused } from './mount.ts'

const CGROUP_ROOT = '/sys/fs/cgroup'

/** One mounted cgroup tree: a v1 hierarchy with its controllers, or the unified one of v2. */
export interface CgroupHierarchy {
  readonly version: 1 | 2
  readonly mountPoint: string
  /** v1: `memory`, `cpu`, `name=systemd`, ...; v2: what cgroup.controllers lists. */
  readonly controllers: readonly string[]
}

/**
 * How this host does control groups. `hybrid`: controllers on v1 and an empty v2 tree beside them; where the v2 tree
 * still holds controllers, `strayControllers` names them (crun refuses such a host).
 */
export interface CgroupHost {
  readonly mode: 'v1' | 'hybrid' | 'v2' | 'none'
  readonly hierarchies: readonly CgroupHierarchy[]
  readonly strayControllers: readonly string[]
}

const FAVOUR_DYNAMIC = 'favordynmods'

const NAMED_OPTIONS = new Set(['rw', 'ro', 'xattr', 'clone_children', 'noprefix', 'nsdelegate'])

export function detectCgroups(): CgroupHost {
  const hierarchies: CgroupHierarchy[] = []
  for (const mount of mounts()) {
    if (!mount.target.startsWith(CGROUP_ROOT)) continue
    if (mount.type === 'cgroup') {
      const controllers = mount.superOptions.filter(
        option => !NAMED_OPTIONS.has(option) && !option.startsWith('release_agent'),
      )
      hierarchies.push({ version: 1, mountPoint: mount.target, controllers })
    } else if (mount.type === 'cgroup2') {
      hierarchies.push({ version: 2, mountPoint: mount.target, controllers: unifiedControllers(mount.target) })
    }
  }
  const unified = hierarchies.find(tree => tree.version === 2)
  if (isUnifiedRoot())
    return { mode: 'v2', hierarchies: hierarchies.filter(tree => tree.version === 2), strayControllers: [] }
  if (hierarchies.length === 0) return { mode: 'none', hierarchies, strayControllers: [] }
  return {
    mode: unified === undefined ? 'v1' : 'hybrid',
    hierarchies,
    strayControllers: unified?.controllers ?? [],
  }
}

function isUnifiedRoot(): boolean {
  try {
    return statfsSync(CGROUP_ROOT).type === CGROUP2_MAGIC
  } catch {
    return false
  }
}

function unifiedControllers(mountPoint: string): string[] {
  const text = readOptional(join(mountPoint, 'cgroup.controllers')) ?? ''
  return text.split(/\s+/).filter(name => name !== '')
}

/**
 * Mounts a controller that a hybrid host left on the v2 tree as a v1 hierarchy of its own, where hosts that are all
 * v1 have it. @throws SyscallError EBUSY while the v2 tree uses it
 */
export function mountV1Controller(controller: string): void {
  const target = join(CGROUP_ROOT, controller)
  mkdirSync(target, { recursive: true })
  try {
    mountAt(target, { type: 'cgroup', source: 'cgroup', options: ['nosuid', 'nodev', 'noexec', controller] })
  } catch (error) {
    rmdirSync(target)
    throw error
  }
}

/**
 * Asks the kernel to make moves between control groups fast (`favordynmods`, cgroup v2, since 6.0): each move waits
 * for an RCU grace period otherwise, 3 ms in the median and tens at worst, and every start of a container makes some.
 * The option is the whole host's. True if it was switched on by this call.
 */
export function favourDynamicCgroups(): boolean {
  const tree = unifiedMount()
  if (tree === undefined || favoursDynamic(tree)) return false
  // Of a control group namespace the kernel takes the option and does nothing (cgroup_reconfigure).
  return remountCgroups(tree, [...tree.superOptions, FAVOUR_DYNAMIC]) && favoursDynamic(unifiedMount())
}

/** Takes the option back. */
export function unfavourDynamicCgroups(): void {
  const tree = unifiedMount()
  if (tree === undefined) return
  remountCgroups(
    tree,
    tree.superOptions.filter(option => option !== FAVOUR_DYNAMIC),
  )
}

function unifiedMount(): MountEntry | undefined {
  return mounts().find(mount => mount.type === 'cgroup2' && mount.target.startsWith(CGROUP_ROOT))
}

function favoursDynamic(tree: MountEntry | undefined): boolean {
  return tree?.superOptions.includes(FAVOUR_DYNAMIC) === true
}

/** Takes a v1 hierarchy that `mountV1Controller` made off again; one that is in use stays. */
export function unmountV1Controller(controller: string): void {
  const target = join(CGROUP_ROOT, controller)
  try {
    unmountUnused(target)
    rmdirSync(target)
  } catch {
    // EBUSY: somebody has groups in it.
  }
}

/** A kernel that refuses is left as it is. */
function remountCgroups(tree: MountEntry, superOptions: readonly string[]): boolean {
  try {
    mountAt(tree.target, { type: 'cgroup2', source: 'cgroup2', options: ['remount', ...tree.options, ...superOptions] })
    return true
  } catch {
    return false
  }
}

/** Folders of `group` (an absolute path within the hierarchies) that exist, one per hierarchy. */
export function cgroupFolders(host: CgroupHost, group: string): string[] {
  return host.hierarchies.map(tree => join(tree.mountPoint, group)).filter(path => readNames(path) !== undefined)
}

/** Names of the groups directly below `group`, over all hierarchies. */
export function childGroups(host: CgroupHost, group: string): string[] {
  const names = new Set<string>()
  for (const tree of host.hierarchies) {
    for (const name of readNames(join(tree.mountPoint, group)) ?? []) names.add(name)
  }
  return [...names].sort()
}

/** `group` and every group below it. */
export function groupsFrom(host: CgroupHost, group: string): string[] {
  return [group, ...childGroups(host, group).flatMap(name => groupsFrom(host, `${group}/${name}`))]
}

/** Process ids in `group` itself. */
export function cgroupProcesses(host: CgroupHost, group: string): number[] {
  const pids = new Set<number>()
  for (const tree of host.hierarchies) {
    const text = readOptional(join(tree.mountPoint, group, 'cgroup.procs')) ?? ''
    for (const line of text.split('\n')) if (line !== '' && line !== '0') pids.add(Number(line))
  }
  return [...pids]
}

/** Removes `group` and what is below it. Groups that still hold processes stay; false then. */
export function removeCgroup(host: CgroupHost, group: string): boolean {
  return host.hierarchies.map(tree => removeTree(join(tree.mountPoint, group))).every(removed => removed)
}

function removeTree(path: string): boolean {
  for (const name of readNames(path) ?? []) removeTree(join(path, name))
  try {
    rmdirSync(path)
    return true
  } catch (error) {
    return errorCode(error) === 'ENOENT'
  }
}

/** Moves a process into `group` of every hierarchy, making the group; hierarchies that refuse are left. */
export function moveToCgroup(host: CgroupHost, group: string, pid: number): void {
  for (const tree of host.hierarchies) {
    try {
      const folder = join(tree.mountPoint, group)
      mkdirSync(folder, { recursive: true })
      if (tree.version === 1 && tree.controllers.includes('cpuset')) inheritCpuset(tree.mountPoint, group)
      writeFileSync(join(folder, 'cgroup.procs'), String(pid))
    } catch {
      // A read-only or delegated tree: membership there stays as it was.
    }
  }
}

/** A v1 cpuset group is unusable until its CPUs and memory nodes are set (cpuset(7)). */
function inheritCpuset(mountPoint: string, group: string): void {
  let path = mountPoint
  for (const part of group.split('/').filter(name => name !== '')) {
    const parent = path
    path = join(path, part)
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if ((readOptional(join(path, file)) ?? '').trim() === '') {
        writeFileSync(join(path, file), readFileSync(join(parent, file)))
      }
    }
  }
}

/** How often the kernel's out-of-memory killer struck in `group`; undefined where nothing counts it. */
export function oomKills(host: CgroupHost, group: string): number | undefined {
  for (const tree of host.hierarchies) {
    const file = tree.version === 2 ? 'memory.events' : 'memory.oom_control'
    if (tree.version === 1 && !tree.controllers.includes('memory')) continue
    const match = /^oom_kill (\d+)$/m.exec(readOptional(join(tree.mountPoint, group, file)) ?? '')
    if (match !== null) return Number(match[1])
  }
  return undefined
}

function readNames(path: string): string[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
  } catch {
    return undefined
  }
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
