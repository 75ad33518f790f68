/** Ending what an exec root holds with the kernel's means alone: no record, no monitor and no daemon is asked. */
import { rmdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type CgroupHost,
  cgroupProcesses,
  detectCgroups,
  groupsFrom,
  mounts,
  Pidfd,
  processesWith,
  removeCgroup,
  thawCgroups,
  unmount,
} from '#linux'
import { namespaceFolder, removeNetworkState } from '#network'
import { removeTasks, taskGroups, taskProcesses } from '#runtime'
import { restoreHost } from './daemon/host-changes.ts'
import type { Roots } from './daemon/settings.ts'
import { type Instance, instanceOf } from './instance.ts'

const SIGTERM = 15
const SIGKILL = 9
const PROCESS_PATIENCE_MS = 5000
const LOOK_AGAIN_MS = 20
/** Processes that start others while they are being killed are met again this often. */
const KILL_ROUNDS_MAX = 100

/**
 * Ends every container of `roots`, then their monitor, which by then has written down what it saw: SIGTERM for first
 * processes, SIGKILL for all that have not ended after `timeout` seconds.
 */
export async function endByForce(roots: Roots, timeout: number): Promise<void> {
  const instance = instanceOf(roots.dataRoot)
  const cgroups = detectCgroups()
  thawCgroups(cgroups, instance.cgroupParent) // What is frozen would not hear of it.
  const groups = taskGroups(roots.execRoot)
  const inside = new Set(containerProcesses(cgroups, instance, groups))
  const first = taskProcesses(roots.execRoot).filter(pid => inside.has(pid))
  await endProcesses(first, SIGTERM, timeout * 1000)
  await killContainers(cgroups, instance, groups)
  await endProcesses(monitors(roots), SIGKILL, PROCESS_PATIENCE_MS)
  await removeTasks(roots.execRoot)
  for (const group of groups) removeCgroup(cgroups, group)
}

/** Whatever carries this root's names although no record speaks of it, and at last the exec root's own mount. */
export async function removeRemains(roots: Roots): Promise<void> {
  const { dataRoot, execRoot } = roots
  const instance = instanceOf(dataRoot)
  const cgroups = detectCgroups()
  await killContainers(cgroups, instance, taskGroups(execRoot))
  await endProcesses(monitors(roots), SIGKILL, PROCESS_PATIENCE_MS)
  await removeTasks(execRoot)
  await removeNetworkState(instance, namespaceFolder(execRoot))
  removeCgroup(cgroups, instance.cgroupParent)
  const below = mounts()
    .map(mount => mount.target)
    .filter(path => path.startsWith(`${execRoot}/`) || path.startsWith(`${dataRoot}/`))
  for (const path of below.reverse()) unmount(path)
  restoreHost(execRoot)
  if (mounts().some(mount => mount.target === execRoot && mount.source === 'gantry')) unmount(execRoot)
  try {
    rmdirSync(execRoot)
  } catch {
    // A folder on the host's own tmpfs, with somebody else's files in it.
  }
}

async function killContainers(cgroups: CgroupHost, instance: Instance, more: readonly string[]): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS_MAX; round++) {
    const pids = containerProcesses(cgroups, instance, more)
    thawCgroups(cgroups, instance.cgroupParent)
    if (pids.length === 0) return
    await endProcesses(pids, SIGKILL, PROCESS_PATIENCE_MS)
  }
}

/** Everything in the groups of this instance but its monitor, and in those that containers have elsewhere. */
function containerProcesses(cgroups: CgroupHost, { cgroupParent }: Instance, more: readonly string[]): number[] {
  const own = groupsFrom(cgroups, cgroupParent).filter(group => group !== `${cgroupParent}/monitor`)
  const elsewhere = more.flatMap(group => groupsFrom(cgroups, group))
  return [...new Set([...own, ...elsewhere])].flatMap(group => cgroupProcesses(cgroups, group))
}

function monitors({ execRoot }: Roots): number[] {
  return processesWith(['monitor', '--exec-root', execRoot])
}

/** Signals all at once and waits for their ends, at most `patience` milliseconds. */
async function endProcesses(pids: readonly number[], signal: number, patience: number): Promise<void> {
  using handles = new DisposableStack()
  const open = pids.flatMap(pid => {
    const handle = Pidfd.open(pid)
    return handle === undefined ? [] : [handles.use(handle)]
  })
  for (const handle of open) handle.signal(signal)
  const until = performance.now() + patience
  while (open.some(handle => !handle.hasEnded()) && performance.now() < until) await delay(LOOK_AGAIN_MS)
}
