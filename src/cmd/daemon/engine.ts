/** Constructs the engine of one data root: the one place where rooms meet. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type ContentStore, openContentStore } from '#content'
import {
  actOnFailure,
  ContainerStore,
  type EngineDeps,
  Events,
  ExecStore,
  HealthBook,
  Restarter,
  startContainerAgain,
  Waiters,
} from '#engine'
import { openImages } from '#image'
import { KeyedLock } from '#lib/lock'
import type { Logger } from '#lib/log'
import { UndoStack } from '#lib/undo'
import { WorkerPool } from '#lib/worker-pool'
import {
  hostFacts,
  moveToCgroup,
  putOtherThreadsLast,
  releaseUnusedMemory,
  securityModules,
  startDetached,
} from '#linux'
import { openMeta } from '#meta'
import { openNetworks } from '#network'
import { hostPlatform } from '#oci'
import { openRegistryClient } from '#registry'
import { controlGroups, openRuntime } from '#runtime'
import { type ApplyRequest, type ApplyResult, canMapLayers, InitLayers, openOverlay } from '#snapshot'
import { entryPath } from '../entry.ts'
import { HOST_FOLDERS } from '../host-folders.ts'
import { instanceOf } from '../instance.ts'
import type { PreparedHost } from './host.ts'
import type { DaemonSettings } from './settings.ts'

/** Layers unpacked at once; each takes a thread of its own and some memory. */
const UNPACK_THREADS = 2

export interface OpenEngine extends AsyncDisposable {
  readonly deps: EngineDeps
  readonly content: ContentStore
}

export async function openEngine(
  settings: DaemonSettings,
  host: PreparedHost,
  log: Logger,
  version: string,
): Promise<OpenEngine> {
  const { dataRoot, execRoot } = settings
  await using undo = new UndoStack()
  const closing = new UndoStack()
  undo.defer(() => closing[Symbol.asyncDispose]())
  for (const folder of ['containers', 'snapshots', 'content']) {
    mkdirSync(join(dataRoot, folder), { recursive: true, mode: 0o710 })
  }
  const instance = instanceOf(dataRoot)
  const facts = hostFacts()
  const meta = await closing.own(openMeta(join(dataRoot, 'meta.db')), store => store[Symbol.asyncDispose]())
  const layers = join(dataRoot, 'snapshots')
  const mapLayers = settings.layers === 'auto' && canMapLayers(layers)
  const snapshots = openOverlay({ meta, folder: layers, mountFolder: join(execRoot, 'layers'), mapLayers })
  const pool = await closing.own(
    new WorkerPool<ApplyRequest, ApplyResult>(UNPACK_THREADS, startWorker, releaseUnusedMemory),
    threads => threads[Symbol.asyncDispose](),
  )
  const content = await openContentStore(join(dataRoot, 'content'))
  const images = await openImages({
    meta,
    content,
    snapshots,
    registry: openRegistryClient({
      config: {
        insecure: settings.insecureRegistries,
        mirrors: settings.registryMirrors,
        hostFolders: HOST_FOLDERS,
        tls: new Map(),
      },
      userAgent: `gantry/${version}`,
    }),
    apply: (request, signal) => pool.run(request, signal),
    limits: { downloads: settings.maxDownloads, uploads: settings.maxUploads },
    platform: hostPlatform(),
    log,
  })
  const networks = openNetworks({ meta, execRoot, names: instance })
  const runtime = await closing.own(
    openRuntime({
      execRoot,
      log,
      machine: facts.machine,
      startMonitor: async () => {
        const pid = await startDetached(monitorCommand(execRoot))
        // Whatever ends all of this daemon's processes must not end the parent of its containers (SAFETY R6).
        moveToCgroup(host.cgroups, `${instance.cgroupParent}/monitor`, pid)
      },
    }),
    open => open[Symbol.asyncDispose](),
  )
  const restarter = new Restarter(id => startContainerAgain(deps, id))
  closing.defer(() => restarter[Symbol.asyncDispose]())
  const health = new HealthBook(record => void actOnFailure(deps, record))
  closing.defer(() => health[Symbol.dispose]())
  undo.keep()
  const deps: EngineDeps = {
    config: {
      dataRoot,
      execRoot,
      cgroupParent: instance.cgroupParent,
      runtimes: host.runtimes,
      defaultRuntime: host.defaultRuntime,
      bootId: facts.bootId,
      machine: facts.machine,
      initProgram: host.initProgram,
      securityModules: securityModules(),
    },
    log,
    meta,
    images,
    snapshots,
    initLayers: new InitLayers(snapshots, execRoot),
    networks,
    runtime,
    groups: controlGroups(host.cgroups),
    containers: new ContainerStore(meta),
    execs: new ExecStore(),
    events: new Events(),
    waiters: new Waiters(),
    locks: new KeyedLock(),
    restarting: new Set(),
    restarter,
    health,
  }
  return { deps, content, [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose]() }
}

function monitorCommand(execRoot: string) {
  return {
    file: process.execPath,
    args: [...MONITOR_NODE_FLAGS, entryPath('main'), 'monitor', '--exec-root', execRoot],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    log: join(execRoot, 'monitor.log'),
  }
}

/** The monitor lives as long as the containers: its heap stays small, and it warns nobody. */
const MONITOR_NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=2',
  '--max-old-space-size=256',
]

/** Megabytes of what a worker has just made: most of it is needed for a moment, and collected as often as that fills. */
const WORKER_YOUNG_MB = 8

/** Node's own threads, which inflate and write for it, are there when it is. */
function startWorker(): Worker {
  const resourceLimits = { maxYoungGenerationSizeMb: WORKER_YOUNG_MB }
  return new Worker(entryPath('worker'), { resourceLimits }).once('online', putOtherThreadsLast)
}
