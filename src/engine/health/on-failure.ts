import { errorText, unreachable } from '#lib/errors'
import { killContainer } from '../container/kill.ts'
import type { ContainerRecord } from '../container/record.ts'
import { restartContainer } from '../container/restart.ts'
import { stopContainer } from '../container/stop.ts'
import type { EngineDeps } from '../deps.ts'

/** Does what the container's creator wanted done when it turns unhealthy. Never fails. */
export async function actOnFailure(deps: EngineDeps, record: ContainerRecord): Promise<void> {
  const action = record.spec.healthcheck?.onFailure ?? 'none'
  if (action === 'none') return
  deps.log.info(`container ${record.id} is unhealthy: ${action}`)
  try {
    await act(deps, record.id, action)
  } catch (error) {
    deps.log.warn(`cannot ${action} the unhealthy container ${record.id}: ${errorText(error)}`)
  }
}

async function act(deps: EngineDeps, id: string, action: 'kill' | 'restart' | 'stop'): Promise<void> {
  const usual = { signal: '', timeout: undefined }
  switch (action) {
    case 'kill':
      return await killContainer(deps, id, '')
    case 'restart':
      return await restartContainer(deps, id, usual)
    case 'stop':
      return await stopContainer(deps, id, usual)
    default:
      return unreachable(action)
  }
}
