import { Conflict, unreachable } from '#lib/errors'
import type { ContainerState } from './record.ts'

/** What happens to a container. */
export type StateEvent =
  | {
      readonly kind: 'started'
      readonly pid: number
      readonly startTime: number
      readonly startedAt: string
      readonly bootId: string
    }
  | {
      readonly kind: 'exited'
      readonly code: number
      readonly oomKilled: boolean
      readonly error: string
      readonly finishedAt: string
      /** Its policy starts it again. */
      readonly restarts: boolean
    }
  /** One that has ended is to be started again, or is not any more. */
  | { readonly kind: 'to-restart' }
  | { readonly kind: 'given-up' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'unpaused' }
  | { readonly kind: 'start-failed'; readonly code: number; readonly error: string }

/** It runs, or will again without anybody's doing: for most who ask that is the same, as with Docker. */
export function isAlive({ state }: { readonly state: ContainerState }): boolean {
  return state.status === 'running' || state.status === 'restarting'
}

/** As Docker refuses what needs the processes of a container that has none at the moment. */
export function restartingWords(id: string): string {
  return `Container ${id} is restarting, wait until the container is running`
}

/** It runs, and its processes are frozen. */
export function isPaused({ state }: { readonly state: ContainerState }): boolean {
  return state.status === 'running' && state.paused === true
}

/** The only way from one state to the next. @throws Conflict with the names of both */
export function transition(state: ContainerState, event: StateEvent): ContainerState {
  switch (event.kind) {
    case 'started': {
      if (state.status === 'running') throw illegal(state, event)
      const { pid, startTime, startedAt, bootId } = event
      const last = state.status === 'exited' || state.status === 'restarting' ? { finishedAt: state.finishedAt } : {}
      return { status: 'running', pid, startTime, startedAt, bootId, ...last }
    }
    case 'exited': {
      if (state.status !== 'running') throw illegal(state, event)
      const { code, oomKilled, error, finishedAt } = event
      const status = event.restarts ? 'restarting' : 'exited'
      return { status, code, oomKilled, error, startedAt: state.startedAt, finishedAt }
    }
    case 'to-restart':
      if (state.status !== 'exited') throw illegal(state, event)
      return { ...state, status: 'restarting' }
    case 'given-up':
      if (state.status !== 'restarting') throw illegal(state, event)
      return { ...state, status: 'exited' }
    case 'paused':
    case 'unpaused': {
      if (state.status !== 'running') throw illegal(state, event)
      const { paused: _, ...running } = state
      return event.kind === 'paused' ? { ...running, paused: true } : running
    }
    case 'start-failed': {
      if (state.status === 'running') throw illegal(state, event)
      const { code, error } = event
      return state.status === 'created' ? { ...state, code, error } : { ...state, status: 'exited', code, error }
    }
    default:
      return unreachable(event)
  }
}

function illegal(state: ContainerState, event: StateEvent): Conflict {
  return new Conflict(`a container that is ${state.status} cannot be ${event.kind}`)
}
