import { constants } from 'node:os'
import { Conflict, within } from '#lib/errors'
import { parseSignal } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { eventAttributes } from './folder.ts'
import type { ContainerRecord } from './record.ts'

/** Sends a signal ('' is KILL) to a container's first process. @throws NotFound, Conflict (not running), InvalidArgument */
export async function killContainer(deps: EngineDeps, nameOrId: string, signal: string): Promise<void> {
  const { record, number } = within(`cannot kill container: ${nameOrId}`, () => ({
    number: parseSignal(signal === '' ? 'KILL' : signal),
    record: deps.containers.find(nameOrId),
  }))
  if (record.state.status !== 'running') throw notRunning(record)
  const exited = deps.runtime.exited(record.id)
  if (!deps.runtime.signal(record.state, number)) throw notRunning(record)
  const attributes = { ...eventAttributes(record), signal: String(number) }
  deps.events.publish({ type: 'container', action: 'kill', id: record.id, attributes })
  // As with Docker, KILL has done its work when the answer comes.
  if (number === constants.signals.SIGKILL) await exited
}

function notRunning(record: ContainerRecord): Conflict {
  return new Conflict(`cannot kill container: ${record.name}: container ${record.id} is not running`)
}
