import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ContainerStore } from '#engine'
import { observeImages, type Unneeded } from '#image'
import { childGroups, detectCgroups, mounts, processesWith } from '#linux'
import { readMeta, recordParser } from '#meta'
import { namespaceFolder, observeNetwork, SandboxRecord } from '#network'
import { SnapshotRecord } from '#snapshot'
import type { Roots } from '../daemon/settings.ts'
import type { Instance } from '../instance.ts'
import type { Observed, Recorded } from './leaks.ts'

/** The group of the monitor, beside those of containers. */
const MONITOR_GROUP = 'monitor'

export function recordedState({ dataRoot }: Roots): Recorded {
  using meta = readMeta(join(dataRoot, 'meta.db'))
  if (meta === undefined) return { containers: [], sandboxes: [], snapshots: [] }
  const containers = ContainerStore.reading(meta)
  return {
    containers: [
      ...containers.list().map(record => ({ id: record.id, isRunning: record.state.status === 'running' })),
      ...containers.damaged().map(({ id }) => ({ id, isRunning: false })),
    ],
    sandboxes: meta
      .collection('sandbox', recordParser(SandboxRecord))
      .list()
      .map(({ containerId, endpoint }) => ({ containerId, hostLink: endpoint?.hostLink })),
    snapshots: meta.collection('snapshot', recordParser(SnapshotRecord)).list(),
  }
}

export async function observedState({ dataRoot, execRoot }: Roots, instance: Instance): Promise<Observed> {
  const network = await observeNetwork(instance, namespaceFolder(execRoot))
  return {
    ...network,
    mounts: mounts()
      .map(mount => mount.target)
      .filter(path => path.startsWith(`${execRoot}/`) || path.startsWith(`${dataRoot}/`)),
    cgroups: childGroups(detectCgroups(), instance.cgroupParent).filter(name => name !== MONITOR_GROUP),
    taskFolders: names(join(execRoot, 'tasks')),
    runtimeStates: names(join(execRoot, 'runtime')).filter(name => !name.startsWith('.')),
    terminalSockets: names(join(execRoot, 'tty')),
    initFolders: names(join(execRoot, 'init')),
    snapshotFolders: names(join(dataRoot, 'snapshots')),
    containerFolders: names(join(dataRoot, 'containers')),
    temporaryFolders: names(join(dataRoot, 'tmp')),
    monitors: processesWith(['monitor', '--exec-root', execRoot]),
    unneeded: await unneeded(dataRoot),
  }
}

async function unneeded(dataRoot: string): Promise<Unneeded> {
  using meta = readMeta(join(dataRoot, 'meta.db'))
  if (meta === undefined) return { blobs: [], snapshots: [], ingests: [] }
  const snapshots = meta.collection('snapshot', recordParser(SnapshotRecord)).list()
  const keep = ContainerStore.reading(meta).ids()
  return await observeImages({ meta, folder: join(dataRoot, 'content'), snapshots, keep })
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
