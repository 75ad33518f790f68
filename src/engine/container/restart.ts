import { errorText, NotModified, SystemError } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { startContainer } from './start.ts'
import { type StopOptions, stopContainer } from './stop.ts'

/**
 * Stops a container, if it runs, and starts it; one that removes itself at its end stays. A client that goes does not
 * leave it stopped.
 * @throws NotFound; SystemError for all else, as with Docker
 */
export async function restartContainer(deps: EngineDeps, nameOrId: string, options: StopOptions): Promise<void> {
  const { id } = deps.containers.find(nameOrId)
  try {
    using _restarting = restarting(deps, id)
    await unlessDone(stopContainer(deps, id, options))
    await unlessDone(startContainer(deps, id))
  } catch (error) {
    throw new SystemError(`Cannot restart container ${nameOrId}: ${errorText(error)}`, { cause: error })
  }
  const record = deps.containers.get(id)
  if (record !== undefined) publishContainer(deps, record, 'restart')
}

/** Says that the next end is not the last, for as long as it is held. */
function restarting({ restarting: ids }: EngineDeps, id: string): Disposable {
  ids.add(id)
  return { [Symbol.dispose]: () => void ids.delete(id) }
}

/** Somebody else may have stopped or started it meanwhile. */
async function unlessDone(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof NotModified)) throw error
  }
}
