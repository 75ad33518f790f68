import type { SpecMount } from '#oci'
import type { SpecLimits, SpecNetwork } from './spec.ts'

/**
 * A container's process and its surroundings as its creator asked for them: decided, but with names (of users, devices)
 * and folders that only the mounted root or the host can say the meaning of.
 */
export interface ProcessSettings {
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly workingDir: string
  /** `USER[:GROUP]`, '' is root. */
  readonly user: string
  /** Names or numbers of groups beside those of the user. */
  readonly groups: readonly string[]
  /** Undefined without a terminal; zeros leave its size to the first client. */
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined
  readonly hostname: string
  readonly domainname: string
  readonly readonlyRootfs: boolean
  readonly mounts: readonly SpecMount[]
  readonly binds: readonly BindSettings[]
  /** Bytes. */
  readonly shmSize: number
  readonly sharedMemory: SharedMemory
  readonly network: SpecNetwork
  readonly namespaces: NamespaceSettings
  readonly limits: LimitSettings
  readonly ulimits: readonly UlimitSettings[]
  readonly devices: readonly DeviceSettings[]
  /** `c 10:200 rwm`, over what is allowed anyway. */
  readonly deviceRules: readonly string[]
  readonly confinement: Confinement
  readonly sysctls: Readonly<Record<string, string>>
  readonly oomScore: number
  readonly annotations: Readonly<Record<string, string>>
}

/** A folder or file of the host for the container. */
export interface BindSettings {
  readonly source: string
  readonly destination: string
  readonly readonly: boolean
  readonly propagation: string
  /** What is mounted below the source comes along; absent is true. */
  readonly recursive?: boolean
  /** Whether what comes along is read-only too, where that is asked for; absent is true. */
  readonly recursiveReadonly?: boolean
  /** A source that is missing is made; absent is true. */
  readonly create?: boolean
}

/** /dev/shm: one of its own, which others may join or not, another container's, the host's, or none. */
export type SharedMemory =
  | { readonly kind: 'private' }
  | { readonly kind: 'shareable' }
  | { readonly kind: 'of'; readonly container: string }
  | { readonly kind: 'host' }
  | { readonly kind: 'none' }

/** Its own, none (that of the host), or that of a process. */
export type NamespaceChoice = 'own' | 'host' | { readonly path: string }

export interface NamespaceSettings {
  readonly pid: NamespaceChoice
  readonly ipc: NamespaceChoice
  readonly uts: NamespaceChoice
  readonly cgroup: NamespaceChoice
}

/** Limits of block devices name them by their paths. */
export type LimitSettings = Omit<SpecLimits, 'block'> & { readonly block: BlockLimits<string> }

export interface BlockLimits<D> {
  readonly weight: number | undefined
  readonly weights: readonly BlockValue<D>[]
  readonly readBytes: readonly BlockValue<D>[]
  readonly writeBytes: readonly BlockValue<D>[]
  readonly readOperations: readonly BlockValue<D>[]
  readonly writeOperations: readonly BlockValue<D>[]
}

export interface BlockValue<D> {
  readonly device: D
  readonly value: number
}

/** By the names of `docker run --ulimit`; -1 is unlimited. */
export interface UlimitSettings {
  readonly name: string
  readonly soft: number
  readonly hard: number
}

export interface DeviceSettings {
  readonly source: string
  readonly destination: string
  /** Of `r`, `w` and `m`. */
  readonly permissions: string
}

/** What keeps a container from the rest of the host. */
export interface Confinement {
  readonly privileged: boolean
  /** Names with or without `CAP_`, in any case; `ALL`. */
  readonly addedCapabilities: readonly string[]
  readonly droppedCapabilities: readonly string[]
  readonly seccomp: SeccompChoice
  readonly noNewPrivileges: boolean
  readonly apparmor: string | undefined
  /** Undefined are the usual ones. */
  readonly maskedPaths: readonly string[] | undefined
  readonly readonlyPaths: readonly string[] | undefined
}

export type SeccompChoice =
  | { readonly kind: 'default' }
  | { readonly kind: 'unconfined' }
  /** The JSON of a profile in Docker's format. */
  | { readonly kind: 'profile'; readonly text: string }
