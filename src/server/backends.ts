/** What the server needs of the engine, verb by verb; the composition root binds them. */
import type { Readable } from 'node:stream'
import type {
  AttachOptions,
  CommitOptions,
  ContainerRecord,
  CreateRequest,
  DiskUsage,
  EngineEvent,
  Exec,
  ExecRecord,
  ExecSpec,
  ExecStartOptions,
  ExportOptions,
  Health,
  ListOptions,
  LogEntry,
  LogsOptions,
  ProcessTable,
  PruneContainersOptions,
  PrunedContainers,
  PrunedImages,
  PruneImagesOptions,
  ReadOptions,
  RemoveOptions,
  StatsOptions,
  StatsReport,
  StopOptions,
  UpdateRequest,
  WaitCondition,
  WaitResult,
  WatchOptions,
  WriteOptions,
} from '#engine'
import type { FoundRepository, Image, Progress, RegistryCredentials, RemoteImage } from '#image'
import type { Network, Sandbox } from '#network'

/** Both directions of an attachment. */
export interface Attachment {
  readonly output: Readable
  readonly input: NodeJS.WritableStream
  destroy(): void
}

export interface ContainerBackend {
  find(nameOrId: string): ContainerRecord
  create(request: CreateRequest): Promise<ContainerRecord>
  start(nameOrId: string): Promise<void>
  stop(nameOrId: string, options: StopOptions): Promise<void>
  kill(nameOrId: string, signal: string): Promise<void>
  restart(nameOrId: string, options: StopOptions): Promise<void>
  pause(nameOrId: string): Promise<void>
  unpause(nameOrId: string): Promise<void>
  rename(nameOrId: string, name: string): Promise<void>
  update(nameOrId: string, request: UpdateRequest): Promise<void>
  stats(nameOrId: string, options: StatsOptions): AsyncGenerator<StatsReport>
  top(nameOrId: string, psArgs: string): Promise<ProcessTable>
  remove(nameOrId: string, options: RemoveOptions): Promise<void>
  wait(
    nameOrId: string,
    condition: WaitCondition,
    signal: AbortSignal,
  ): { readonly result: Promise<WaitResult | undefined> }
  attach(nameOrId: string, options: AttachOptions): Promise<Attachment>
  resize(nameOrId: string, size: { readonly columns: number; readonly rows: number }): Promise<void>
  logs(nameOrId: string, options: LogsOptions): AsyncGenerator<LogEntry[]>
  changes(nameOrId: string): Promise<readonly FileChange[]>
  export(nameOrId: string, options: ExportOptions): Promise<void>
  commit(nameOrId: string, options: CommitOptions): Promise<Image>
  /** What is at a path in it. */
  stat(nameOrId: string, path: string): Promise<PathFacts>
  read(nameOrId: string, path: string, options: ReadOptions): Promise<void>
  write(nameOrId: string, path: string, archive: Readable, options: WriteOptions): Promise<void>
  prune(options: PruneContainersOptions): Promise<PrunedContainers>
  list(options: ListOptions): ContainerRecord[]
  /** Where the container's files are, for inspect. */
  paths(record: ContainerRecord): ContainerPaths
  sandbox(id: string): Sandbox | undefined
  /** Undefined where nothing is checked. */
  health(record: ContainerRecord): Health | undefined
  /** Bytes of the container's own layer. */
  size(id: string): Promise<number>
}

export interface ExecBackend {
  create(container: string, spec: ExecSpec): ExecRecord
  find(id: string): Exec
  /** Ids of those of a container that have not ended. */
  liveOf(container: string): readonly string[]
  start(
    id: string,
    options: ExecStartOptions,
  ): Promise<{ readonly stream: Attachment | undefined; readonly ended: Promise<void> }>
  resize(id: string, size: { readonly columns: number; readonly rows: number }): Promise<void>
  /** Its client has detached by the keys. */
  detached(record: ExecRecord): void
}

/** What is known of a path in a container. */
export type PathFacts = Parameters<ReadOptions['open']>[0]

/** What a container did to a path of its image. */
export interface FileChange {
  readonly kind: 'modified' | 'added' | 'deleted'
  readonly path: string
}

export interface ContainerPaths {
  readonly resolvConf: string
  readonly hostname: string
  readonly hosts: string
  readonly log: string
  readonly layers: Readonly<Record<string, string>>
}

export interface ImageBackend {
  resolve(nameOrId: string): Image
  /** Where its layers lie, by the names that the storage driver gives. */
  layers(image: Image): Readonly<Record<string, string>>
  list(): Image[]
  /** `tag` is a tag, a digest or '', which stands for every tag where `name` has none. Platforms here and below are `os/arch/variant`, '' is the host's. */
  pull(name: string, tag: string, options: PullRequest): Promise<void>
  /** `tag` is a tag, or '' for every tag of the repository. */
  push(name: string, tag: string, options: PushRequest): Promise<void>
  /** Whether a registry takes the credentials; a token to keep in the password's place, or ''. */
  login(server: string, credentials: RegistryCredentials, signal: AbortSignal): Promise<string>
  search(
    term: string,
    limit: number,
    credentials: RegistryCredentials | undefined,
    signal: AbortSignal,
  ): Promise<readonly FoundRepository[]>
  inspectRemote(name: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<RemoteImage>
  load(
    archive: Readable,
    options: TransferRequest,
  ): Promise<{ readonly image: Image; readonly names: readonly string[] }[]>
  /** From a stream, or from an address of http or https. */
  import(archive: Readable | string, options: ImportRequest): Promise<Image>
  /** An archive in pieces, to what `open` gives once nothing but damage and the client can end it. */
  save(names: readonly string[], options: SaveRequest): Promise<void>
  tag(nameOrId: string, repository: string, tag: string): Promise<void>
  remove(nameOrId: string, options: { readonly force: boolean }): Promise<RemovedImage[]>
  prune(options: PruneImagesOptions): Promise<PrunedImages>
}

export interface TransferRequest {
  readonly platform: string
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

export interface SaveRequest {
  readonly platforms: readonly string[]
  readonly open: () => (chunk: Uint8Array) => Promise<void>
  readonly signal: AbortSignal
}

export interface PullRequest extends TransferRequest {
  readonly credentials: RegistryCredentials | undefined
}

export interface PushRequest extends PullRequest {
  readonly onPushed: (pushed: { readonly tag: string; readonly digest: string; readonly size: number }) => void
}

export interface ImportRequest extends TransferRequest {
  readonly repository: string
  readonly tag: string
  readonly message: string
  readonly changes: readonly string[]
}

export type RemovedImage = { readonly untagged: string } | { readonly deleted: string }

export interface NetworkBackend {
  list(): readonly Network[]
  find(nameOrId: string): Network
  sandboxes(): readonly Sandbox[]
}

/** Which limits this host can set. */
export interface LimitAbilities {
  readonly memoryReservation: boolean
  readonly memorySwappiness: boolean
  readonly oomKillDisable: boolean
  readonly cpuRealtime: boolean
  readonly blockWeight: boolean
  readonly blockWeightDevice: boolean
  readonly blockThrottle: boolean
  /** Lists such as `0-3,7`. */
  readonly cpus: string
  readonly memoryNodes: string
}

/** Facts of host and engine that `/info` and `/version` tell. */
export interface SystemBackend {
  facts(): SystemFacts
  diskUsage(): Promise<DiskUsage>
  events(options: WatchOptions): AsyncGenerator<EngineEvent>
}

export interface SystemFacts {
  /** Hosts and networks that may be spoken to without TLS. */
  readonly insecureRegistries: readonly string[]
  /** Addresses with copies of Docker Hub. */
  readonly registryMirrors: readonly string[]
  readonly id: string
  readonly version: string
  readonly commit: string
  readonly hostname: string
  readonly kernel: string
  readonly operatingSystem: string
  readonly osVersion: string
  readonly machine: string
  readonly processors: number
  /** Bytes. */
  readonly memory: number
  readonly dataRoot: string
  readonly execRoot: string
  readonly storageDriver: string
  readonly cgroupVersion: '1' | '2'
  readonly limits: LimitAbilities
  /** Controllers that limits can be set with. */
  readonly controllers: ReadonlySet<string>
  readonly ipv4Forwarding: boolean
  readonly runtimes: ReadonlyMap<string, { readonly path: string }>
  readonly defaultRuntime: string
  readonly runtimeVersion: string
  readonly warnings: readonly string[]
}

export interface Backends {
  readonly containers: ContainerBackend
  readonly execs: ExecBackend
  readonly images: ImageBackend
  readonly networks: NetworkBackend
  readonly system: SystemBackend
}
