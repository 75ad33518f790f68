import { constants } from 'node:os'
import { Conflict, within } from '#lib/errors'
import { parseSignal } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import type { ContainerRecord } from './record.ts'
import { giveUpRestart, signalContainer } from './signal.ts'

/** Sends a signal ('' is KILL) to a container's first process. @throws NotFound, Conflict (not running), InvalidArgument */
export async function killContainer(deps: EngineDeps, nameOrId: string, signal: string): Promise<void> {
  const { record, number } = within(`cannot kill container: ${nameOrId}`, () => ({
    number: parseSignal(signal === '' ? 'KILL' : signal),
    record: deps.containers.find(nameOrId),
  }))
  if (record.state.status === 'restarting' && (await giveUpRestart(deps, record.id))) return
  if (record.state.status !== 'running') throw notRunning(record)
  const exited = deps.runtime.exited(record.id)
  if (!(await signalContainer(deps, record.id, number))) throw notRunning(record)
  // As with Docker, KILL has done its work when the answer comes.
  if (number === constants.signals.SIGKILL) await exited
}

function notRunning(record: ContainerRecord): Conflict {
  return new Conflict(`cannot kill container: ${record.name}: container ${record.id} is not running`)
}
