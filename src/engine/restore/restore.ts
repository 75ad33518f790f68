import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { errorText, unreachable } from '#lib/errors'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import { dismantle, release } from '../container/dismantle.ts'
import { handleExit, supervise } from '../container/exit.ts'
import { settlePause } from '../container/pause.ts'
import type { ContainerRecord } from '../container/record.ts'
import { isPaused, transition } from '../container/state.ts'
import type { EngineDeps } from '../deps.ts'
import { restoreExecs } from '../exec/restore.ts'
import { beginHealth } from '../health/watch.ts'
import { type Operation, planRestore } from './plan.ts'

/** Brings records and host together after a start of the daemon. What fails for one container is logged and left. */
export async function restore(deps: EngineDeps): Promise<void> {
  const folder = join(deps.config.dataRoot, 'containers')
  mkdirSync(folder, { recursive: true, mode: 0o710 })
  const operations = planRestore({
    containers: deps.containers.list(),
    damaged: deps.containers.damaged().map(({ id }) => id),
    tasks: await deps.runtime.tasks(),
    sandboxes: deps.networks.sandboxes().map(sandbox => sandbox.containerId),
    snapshots: activeSnapshots(deps),
    folders: existsSync(folder) ? readdirSync(folder) : [],
    bootId: deps.config.bootId,
  })
  for (const operation of operations) await perform(deps, operation)
  await restoreExecs(deps)
  // Folders that a kill left without a record: taking large ones away must not keep anybody waiting.
  deps.snapshots.collect().catch(error => deps.log.warn(`removing what no record knows: ${errorText(error)}`))
  for (const { id, reason } of deps.containers.damaged()) {
    deps.log.error(`the record of container ${id} is damaged and left out: ${reason}`)
  }
}

function activeSnapshots(deps: EngineDeps): string[] {
  return deps.snapshots.list().flatMap(snapshot => (snapshot.kind === 'active' ? [snapshot.key] : []))
}

async function perform(deps: EngineDeps, operation: Operation): Promise<void> {
  const subject = 'id' in operation ? operation.id : operation.key
  if (operation.kind !== 'supervise') deps.log.info(`restore: ${operation.kind} ${subject}: ${operation.cause}`)
  try {
    await apply(deps, operation)
  } catch (error) {
    deps.log.error(`restore: ${operation.kind} ${subject} failed: ${errorText(error)}`)
  }
}

async function apply(deps: EngineDeps, operation: Operation): Promise<void> {
  switch (operation.kind) {
    case 'supervise': {
      const record = deps.containers.get(operation.id)
      if (record !== undefined) takeUp(deps, record)
      return supervise(deps, operation.id)
    }
    case 'adopt':
      return adopt(deps, operation)
    case 'exit':
      return await handleExit(deps, operation.id, {
        ...operation.exit,
        exitedAt: operation.exit.exitedAt ?? nowNanos(),
      })
    case 'restart':
      return restart(deps, operation.id)
    case 'release':
      return await release(deps, operation.id)
    case 'dismantle': {
      const record = deps.containers.get(operation.id)
      if (record !== undefined) await dismantle(deps, record)
      return
    }
    case 'drop-snapshot':
      return await deps.snapshots.remove(operation.key)
    case 'drop-folder':
      return rmSync(join(deps.config.dataRoot, 'containers', operation.id), { recursive: true, force: true })
    default:
      return unreachable(operation)
  }
}

function takeUp(deps: EngineDeps, record: ContainerRecord): void {
  settlePause(deps, record)
  const settled = deps.containers.get(record.id)
  if (settled !== undefined && !isPaused(settled)) beginHealth(deps, settled)
}

/** Soon, and not here: a start may take its time, and others wait for the daemon. */
function restart(deps: EngineDeps, id: string): void {
  const record = deps.containers.get(id)
  if (record === undefined) return
  const { restartCount: _, stopped: __, ...fresh } = record
  const { state } = record
  deps.containers.put({
    ...fresh,
    state: state.status === 'restarting' ? state : transition(state, { kind: 'to-restart' }),
  })
  deps.restarter.now(id)
}

function adopt(deps: EngineDeps, { id, task }: Operation & { kind: 'adopt' }): void {
  const record = deps.containers.get(id)
  if (record === undefined) return
  const state = transition(record.state, {
    kind: 'started',
    pid: task.pid,
    startTime: task.startTime,
    startedAt: formatRfc3339Nano(task.startedAt),
    bootId: deps.config.bootId,
  })
  const adopted = { ...record, state }
  deps.containers.put(adopted)
  beginHealth(deps, adopted)
  supervise(deps, id)
}
