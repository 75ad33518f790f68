/** Namespaces that a container shares: with the host, or with another container, which has to run. */
import { Conflict, NotFound } from '#lib/errors'
import type { NamespaceChoice, SharedMemory } from '#runtime'
import type { ContainerRecord } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'

const OF_CONTAINER = 'container:'

/** The name or id in `container:NAME`; undefined for other modes. */
export function containerOf(mode: string | undefined): string | undefined {
  return mode?.startsWith(OF_CONTAINER) === true ? mode.slice(OF_CONTAINER.length) : undefined
}

export interface Modes {
  readonly pid: NamespaceChoice
  readonly ipc: NamespaceChoice
  readonly uts: NamespaceChoice
  readonly cgroup: NamespaceChoice
  readonly sharedMemory: SharedMemory
}

/** @throws NotFound, Conflict where a container that is to be joined is not there or does not run, in Docker's words */
export function modesOf(deps: Pick<EngineDeps, 'containers'>, { id, spec }: ContainerRecord): Modes {
  const { ipc = 'private', pid, uts, cgroup } = spec.host.namespaces ?? {}
  const others = (mode: string | undefined, what: Shared) => {
    const name = containerOf(mode)
    return name === undefined ? undefined : joined(deps, id, name, what)
  }
  const ipcOf = others(ipc, 'IPC')
  return {
    pid: choice(pid, others(pid, 'PID'), 'pid'),
    ipc: choice(ipc, ipcOf, 'ipc'),
    uts: choice(uts, undefined, 'uts'),
    cgroup: choice(cgroup, undefined, 'cgroup'),
    sharedMemory: sharedMemory(ipc, ipcOf),
  }
}

function choice(mode: string | undefined, other: Joined | undefined, kind: string): NamespaceChoice {
  if (other !== undefined) return { path: `/proc/${other.pid}/ns/${kind}` }
  return mode === 'host' ? 'host' : 'own'
}

function sharedMemory(mode: string, other: Joined | undefined): SharedMemory {
  if (other !== undefined) {
    const own = other.record.spec.host.namespaces?.ipc ?? 'private'
    if (own === 'host') return { kind: 'host' }
    if (own === 'shareable') return { kind: 'of', container: other.record.id }
    throw new Conflict(
      `failed to join IPC namespace: container ${other.record.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    )
  }
  switch (mode) {
    case 'host':
      return { kind: 'host' }
    case 'shareable':
      return { kind: 'shareable' }
    case 'none':
      return { kind: 'none' }
    default:
      return { kind: 'private' }
  }
}

export interface Joined {
  readonly record: ContainerRecord
  readonly pid: number
}

/** The container that another joins: it runs. @throws NotFound, Conflict in Docker's words, which are others each time */
export function joined(deps: Pick<EngineDeps, 'containers'>, id: string, name: string, what: Shared): Joined {
  const record = find(deps, name, what)
  if (record.id === id) throw new Conflict(`cannot join own ${what === 'network' ? 'network namespace' : what}`)
  if (record.state.status !== 'running') throw new Conflict(NOT_RUNNING[what](record))
  return { record, pid: record.state.pid }
}

type Shared = 'network' | 'PID' | 'IPC'

const NOT_RUNNING: Readonly<Record<Shared, (record: ContainerRecord) => string>> = {
  network: ({ name, state }) =>
    `cannot join network namespace of a non running container: container ${name} is ${state.status}`,
  PID: ({ id }) => `failed to join PID namespace: container ${id} is not running`,
  IPC: ({ id }) => `failed to join IPC namespace: container ${id} is not running`,
}

function find({ containers }: Pick<EngineDeps, 'containers'>, name: string, what: Shared): ContainerRecord {
  try {
    return containers.find(name)
  } catch (error) {
    if (!(error instanceof NotFound) || what !== 'network') throw error
    throw new NotFound(`joining network namespace of container: No such container: ${name}`)
  }
}
