import type { ContainerStatus } from '#api'
import type { ContainerRecord } from '#engine'

/** What clients call the state of a container. */
export function stateWord({ state }: ContainerRecord): ContainerStatus {
  return state.status === 'running' && state.paused === true ? 'paused' : state.status
}
