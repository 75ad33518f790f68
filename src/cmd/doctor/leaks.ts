/**
 * The leak oracle: what records say should be in the kernel and on the disk, against what is there. Pure; empty means
 * that every mount, namespace, link, control group, process and folder of this data root has an owner.
 */

import type { Unneeded } from '#image'

/** What the records of a data root speak of. */
export interface Recorded {
  readonly containers: readonly { readonly id: string; readonly isRunning: boolean }[]
  readonly sandboxes: readonly { readonly containerId: string; readonly hostLink: string | undefined }[]
  /** Folders of snapshots, by number, and the keys of active ones. */
  readonly snapshots: readonly {
    readonly key: string
    readonly number: number
    readonly kind: string
    readonly mapped?: boolean
  }[]
}

/** What is there. */
export interface Observed {
  /** Targets of mounts below the exec root (its own left out) and the data root. */
  readonly mounts: readonly string[]
  readonly links: readonly string[]
  readonly bridges: readonly string[]
  readonly tables: readonly string[]
  readonly namespaces: readonly string[]
  /** Control groups of containers. */
  readonly cgroups: readonly string[]
  readonly taskFolders: readonly string[]
  /** Containers that the OCI runtime keeps state of. */
  readonly runtimeStates: readonly string[]
  readonly terminalSockets: readonly string[]
  /** Of init layers that are being made. */
  readonly initFolders: readonly string[]
  readonly snapshotFolders: readonly string[]
  readonly containerFolders: readonly string[]
  readonly temporaryFolders: readonly string[]
  readonly monitors: readonly number[]
  /** What no image and no container has needed for long. */
  readonly unneeded: Unneeded
}

export interface LeakContext {
  readonly execRoot: string
}

export interface Leak {
  /** `mount`, `link`, ... */
  readonly kind: string
  readonly name: string
  readonly reason: string
}

export function findLeaks(recorded: Recorded, observed: Observed, context: LeakContext): Leak[] {
  const running = new Set(recorded.containers.filter(({ isRunning }) => isRunning).map(({ id }) => id))
  const all = new Set(recorded.containers.map(({ id }) => id))
  const ofRunning = (kind: string, names: readonly string[], idOf: (name: string) => string) =>
    names.filter(name => !running.has(idOf(name))).map(name => ({ kind, name, reason: 'no running container owns it' }))
  const owned = recorded.sandboxes.filter(({ containerId }) => running.has(containerId))
  const linkOwners = new Set(owned.map(({ hostLink }) => hostLink))
  const itself = (name: string) => name
  return [
    ...observed.mounts
      .filter(path => !isOwnedMount(path, running, context) && !isLayerMount(path, recorded, context))
      .map(name => ({ kind: 'mount', name, reason: 'no running container owns it' })),
    ...observed.links
      .filter(name => !linkOwners.has(name))
      .map(name => ({ kind: 'link', name, reason: 'no running container owns it' })),
    ...ofRunning('network namespace', observed.namespaces, itself),
    ...ofRunning('control group', observed.cgroups, itself),
    ...ofRunning('runtime state', observed.runtimeStates, itself),
    ...ofRunning('task folder', observed.taskFolders, itself),
    ...ofRunning(
      'sandbox record',
      recorded.sandboxes.map(({ containerId }) => containerId),
      itself,
    ),
    ...observed.terminalSockets.map(name => ({
      kind: 'terminal socket',
      name,
      reason: 'it lives only while a container starts',
    })),
    ...observed.initFolders.map(name => ({
      kind: 'init folder',
      name,
      reason: 'it lives only while an init layer is made',
    })),
    ...observed.containerFolders
      .filter(id => !all.has(id))
      .map(name => ({ kind: 'container folder', name, reason: 'its container is gone' })),
    ...observed.temporaryFolders.map(name => ({ kind: 'temporary folder', name, reason: 'no operation is under way' })),
    ...snapshotLeaks(recorded, observed, all),
    ...unneededLeaks(observed.unneeded),
    ...missing(observed, running, context),
    ...(observed.monitors.length > 1
      ? observed.monitors.map(pid => ({ kind: 'monitor', name: String(pid), reason: 'there is one for a data root' }))
      : []),
  ]
}

function isOwnedMount(path: string, running: ReadonlySet<string>, { execRoot }: LeakContext): boolean {
  const match = path.startsWith(`${execRoot}/`)
    ? /^(?:tasks\/([0-9a-f]{64})\/rootfs|(?:netns|shm)\/([0-9a-f]{64}))$/.exec(path.slice(execRoot.length + 1))
    : null
  return running.has(match?.[1] ?? match?.[2] ?? '')
}

/** Mapped layers stay mounted as long as they are there. */
function isLayerMount(path: string, { snapshots }: Recorded, { execRoot }: LeakContext): boolean {
  return snapshots.some(({ mapped, number }) => mapped && path === `${execRoot}/layers/${number}`)
}

function snapshotLeaks(recorded: Recorded, observed: Observed, containers: ReadonlySet<string>): Leak[] {
  const numbers = new Set(recorded.snapshots.map(({ number }) => String(number)))
  const onDisk = new Set(observed.snapshotFolders)
  return [
    ...observed.snapshotFolders
      .filter(name => !numbers.has(name))
      .map(name => ({ kind: 'snapshot folder', name, reason: 'no record knows it' })),
    ...recorded.snapshots
      .filter(({ kind, key }) => kind === 'active' && !containers.has(key))
      .map(({ key }) => ({ kind: 'snapshot', name: key, reason: 'its container is gone' })),
    ...recorded.snapshots
      .filter(({ number }) => !onDisk.has(String(number)))
      .map(({ key }) => ({ kind: 'snapshot record', name: key, reason: 'its folder is gone' })),
  ]
}

function unneededLeaks({ blobs, snapshots, ingests }: Unneeded): Leak[] {
  const leak = (kind: string) => (name: string) => ({ kind, name, reason: 'nothing has needed it for a day' })
  return [...blobs.map(leak('blob')), ...snapshots.map(leak('layer')), ...ingests.map(leak('ingest'))]
}

/** The other way round: a running container without what it runs in. */
function missing(observed: Observed, running: ReadonlySet<string>, { execRoot }: LeakContext): Leak[] {
  const mounts = new Set(observed.mounts)
  return [...running].flatMap(id => {
    const path = `${execRoot}/tasks/${id}/rootfs`
    return mounts.has(path)
      ? []
      : [{ kind: 'missing mount', name: path, reason: `container ${id} runs without its root` }]
  })
}
