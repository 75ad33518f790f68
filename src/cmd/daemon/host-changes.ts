/**
 * Changes to the host that a daemon makes for crun's sake, and that teardown takes back. They are written down in the
 * exec root: whoever changed something knows it for as long as the host is up.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorText } from '#lib/errors'
import type { Logger } from '#lib/log'
import {
  type CgroupHost,
  detectCgroups,
  favourDynamicCgroups,
  mountV1Controller,
  unfavourDynamicCgroups,
  unmountV1Controller,
} from '#linux'

interface Changes {
  /** Controllers that were moved from the v2 tree to v1. */
  readonly controllers: readonly string[]
  readonly favoursDynamic: boolean
}

const NONE: Changes = { controllers: [], favoursDynamic: false }

/** Makes the host's control groups fit for crun, and fast. */
export function changeHost(execRoot: string, options: { readonly favourDynamic: boolean }, log: Logger): CgroupHost {
  const before = readChanges(execRoot)
  const moved = detectCgroups().strayControllers.filter(controller => move(controller, log))
  const favours = options.favourDynamic && favourDynamicCgroups()
  if (favours) log.info('moves between control groups are fast from now on (favordynmods)')
  if (moved.length > 0 || favours) {
    const changes: Changes = {
      controllers: [...before.controllers, ...moved],
      favoursDynamic: before.favoursDynamic || favours,
    }
    writeFileSync(changesPath(execRoot), JSON.stringify(changes), { mode: 0o600 })
  }
  return detectCgroups()
}

/** Takes back what `changeHost` did, as far as nobody else has come to use it. */
export function restoreHost(execRoot: string): void {
  const { controllers, favoursDynamic } = readChanges(execRoot)
  for (const controller of controllers) unmountV1Controller(controller)
  if (favoursDynamic) unfavourDynamicCgroups()
}

function move(controller: string, log: Logger): boolean {
  try {
    mountV1Controller(controller)
    log.info('moved a cgroup controller from the v2 tree to v1, where crun wants it', { controller })
    return true
  } catch (error) {
    log.warn(`cannot move cgroup controller ${controller} to v1: ${errorText(error)}`)
    return false
  }
}

function readChanges(execRoot: string): Changes {
  const path = changesPath(execRoot)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Changes) : NONE
}

function changesPath(execRoot: string): string {
  return join(execRoot, 'host-changes.json')
}
