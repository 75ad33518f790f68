import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, SystemError } from '#lib/errors'
import { type CgroupHost, groupsFrom } from './cgroup.ts'

/** A task that the kernel cannot freeze (in uninterruptible sleep) is not waited for longer. */
const FREEZE_PATIENCE_MS = 10_000
/** The freezer of v1 tells nobody when it is done, and has to be asked again where tasks were born meanwhile. */
const LOOK_AGAIN_MS = 1

interface Freezer {
  readonly file: string
  readonly freeze: string
  readonly thaw: string
  isFrozen(): boolean
}

/**
 * Stops every process of `group` and of the groups below it until `thawCgroup`. When it cannot be done, everything
 * runs as before. See cgroup-v1/freezer-subsystem.rst, and `cgroup.freeze` in cgroup-v2.rst.
 * False where there is no such group: its processes have ended.
 * @throws SystemError
 */
export async function freezeCgroup(host: CgroupHost, group: string): Promise<boolean> {
  const freezer = freezerOf(host, group)
  const until = performance.now() + FREEZE_PATIENCE_MS
  try {
    for (;;) {
      writeFileSync(freezer.file, freezer.freeze)
      if (freezer.isFrozen()) return true
      if (performance.now() > until) throw new SystemError(`${group}: not all of its processes can be frozen`)
      await delay(LOOK_AGAIN_MS)
    }
  } catch (error) {
    if (isGone(error)) return false
    thawCgroup(host, group)
    throw error
  }
}

/** Lets everything in `group` go on; a group that is gone, or was not frozen, is none to thaw. */
export function thawCgroup(host: CgroupHost, group: string): void {
  const { file, thaw } = freezerOf(host, group)
  try {
    writeFileSync(file, thaw)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** False where there is no such group (any more). */
export function isCgroupFrozen(host: CgroupHost, group: string): boolean {
  try {
    const { file, thaw } = freezerOf(host, group)
    return readFileSync(file, 'utf8').trim() !== thaw
  } catch {
    return false
  }
}

/** Thaws `group` and every group below: what is frozen does not end by any signal on v1. */
export function thawCgroups(host: CgroupHost, group: string): void {
  for (const each of groupsFrom(host, group)) thawCgroup(host, each)
}

function isGone(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENODEV'
}

/** @throws SystemError where this host cannot freeze */
function freezerOf({ hierarchies }: CgroupHost, group: string): Freezer {
  const first = hierarchies.find(tree => tree.version === 1 && tree.controllers.includes('freezer'))
  if (first !== undefined) {
    const file = join(first.mountPoint, group, 'freezer.state')
    const isFrozen = () => readFileSync(file, 'utf8').trim() === 'FROZEN'
    return { file, freeze: 'FROZEN', thaw: 'THAWED', isFrozen }
  }
  const second = hierarchies.find(tree => tree.version === 2)
  if (second === undefined) throw new SystemError('this host has no cgroup freezer', { fix: 'mount cgroup v2' })
  const folder = join(second.mountPoint, group)
  const isFrozen = () => /^frozen 1$/m.test(readFileSync(join(folder, 'cgroup.events'), 'utf8'))
  return { file: join(folder, 'cgroup.freeze'), freeze: '1', thaw: '0', isFrozen }
}
