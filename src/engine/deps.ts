import type { Images } from '#image'
import type { KeyedLock } from '#lib/lock'
import type { Logger } from '#lib/log'
import type { Meta } from '#meta'
import type { Networks } from '#network'
import type { ControlGroups, Runtime, RuntimeProgram } from '#runtime'
import type { InitLayers, Snapshotter } from '#snapshot'
import type { Restarter } from './container/restarter.ts'
import type { ContainerStore } from './container/store.ts'
import type { Waiters } from './container/waiters.ts'
import type { Events } from './event/events.ts'
import type { ExecStore } from './exec/store.ts'
import type { HealthBook } from './health/book.ts'

/** Settings of this engine, decided before it starts. */
export interface EngineConfig {
  readonly dataRoot: string
  readonly execRoot: string
  /** Below which every container has its control group; absolute within the hierarchies. */
  readonly cgroupParent: string
  readonly runtimes: ReadonlyMap<string, RuntimeProgram>
  readonly defaultRuntime: string
  readonly bootId: string
  /** As `uname -m` prints it. */
  readonly machine: string
  /** The host's small init for `--init`; undefined where none runs in any root. */
  readonly initProgram: string | undefined
  /** Of the kernel, in force: `apparmor`, ... */
  readonly securityModules: readonly string[]
}

/** Everything that a verb may use. Verbs are functions over this; nothing else holds them together. */
export interface EngineDeps {
  readonly config: EngineConfig
  readonly log: Logger
  readonly meta: Meta
  readonly images: Images
  readonly snapshots: Snapshotter
  readonly networks: Networks
  readonly runtime: Runtime
  readonly groups: ControlGroups
  readonly containers: ContainerStore
  readonly execs: ExecStore
  readonly events: Events
  readonly waiters: Waiters
  readonly initLayers: InitLayers
  /** Held by whoever changes a container, by its id. */
  readonly locks: KeyedLock
  /** Containers that are stopped to be started again: their end does not remove them. */
  readonly restarting: Set<string>
  readonly restarter: Restarter
  readonly health: HealthBook
}
