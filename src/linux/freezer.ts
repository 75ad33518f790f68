import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, SystemError } from '#lib/errors'
import type { CgroupHost } from './cgroup.ts'

/** Processes in the middle of something (a slow disk) are frozen when it is over. */
const FREEZE_TIMEOUT_MS = 10_000
/** cgroup v1 tells nobody when it is done: it has to be asked. */
const ASK_MS = 2

interface Freezer {
  readonly file: string
  readonly frozen: string
  readonly thawed: string
  isFrozen(): boolean
}

/**
 * Stops all processes of `group`, absolute within the hierarchies, until `thawCgroup` (cgroup-v2.rst, cgroup.freeze;
 * cgroup-v1/freezer-subsystem.rst). False where there is no such group: its processes have ended.
 * @throws SystemError where the host has no freezer, or processes do not stop; they run on then
 */
export async function freezeCgroup(host: CgroupHost, group: string): Promise<boolean> {
  const freezer = freezerOf(host, group)
  if (freezer === undefined) throw new SystemError('this host has no control group to freeze processes with')
  try {
    writeFileSync(freezer.file, freezer.frozen)
    for (const end = Date.now() + FREEZE_TIMEOUT_MS; !freezer.isFrozen(); await delay(ASK_MS)) {
      if (Date.now() > end) throw new SystemError(`the processes of ${group} could not be stopped in time`)
    }
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENODEV') return false
    thawCgroup(host, group)
    throw error
  }
}

/** Lets the processes of `group` go on. A group that is gone, or was not frozen, is none to thaw. */
export function thawCgroup(host: CgroupHost, group: string): void {
  const freezer = freezerOf(host, group)
  if (freezer === undefined) return
  try {
    writeFileSync(freezer.file, freezer.thawed)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENODEV') throw error
  }
}

/** On hybrid hosts the controller's own hierarchy; otherwise the v2 tree. */
function freezerOf({ hierarchies }: CgroupHost, group: string): Freezer | undefined {
  const first = hierarchies.find(tree => tree.version === 1 && tree.controllers.includes('freezer'))
  if (first !== undefined) {
    const file = join(first.mountPoint, group, 'freezer.state')
    return { file, frozen: 'FROZEN', thawed: 'THAWED', isFrozen: () => readFileSync(file, 'utf8').trim() === 'FROZEN' }
  }
  const unified = hierarchies.find(tree => tree.version === 2)
  if (unified === undefined) return undefined
  const folder = join(unified.mountPoint, group)
  const isFrozen = () => /^frozen 1$/m.test(readFileSync(join(folder, 'cgroup.events'), 'utf8'))
  return { file: join(folder, 'cgroup.freeze'), frozen: '1', thawed: '0', isFrozen }
}
