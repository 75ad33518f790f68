import type { Readable } from 'node:stream'
import type { ContainerDefaults, Descriptor, Digest, ImageConfig, Platform, Reference } from '#oci'
import type { FoundRepository } from '#registry'
import type { ImagePart } from './collect/usage.ts'

/**
 * Images: what a name means on this host, and how images come to be here and go.
 *
 * An image is known by its id, the digest of its configuration. Names (`repository:tag`) and repository digests
 * (`repository@digest`) point at ids; an image without any is dangling. An image that is listed is whole: its
 * configuration is in the content store and its layers are committed snapshots, named by their chain ids, before its
 * record is written, in one transaction with its name. Whatever an interrupted operation has fetched or unpacked
 * without getting that far is used by the next attempt, or removed by `collect`.
 *
 * Operations that take long report progress, take a signal, and hold what they have made against `collect` until they
 * are done.
 */
export interface Images {
  /** By id, unique prefix of an id, or reference. @throws NotFound in Docker's words: `No such image: NAME` */
  resolve(nameOrId: string): Image
  get(id: Digest): Image | undefined
  list(): Image[]
  /** Records that do not parse, for people to see. */
  damaged(): readonly { readonly id: string; readonly reason: string }[]

  pull(reference: Reference, options: PullOptions): Promise<Image>
  /** Every tag of a repository. */
  pullAll(reference: Reference, options: PullOptions): Promise<readonly Image[]>
  /** To the registry of the reference; every tag of the repository where it names none. */
  push(reference: Reference, options: PushOptions): Promise<void>
  /**
   * Whether a registry takes the credentials. @returns a token to keep in the password's place, '' where there is none
   */
  login(server: string, credentials: RegistryCredentials, signal: AbortSignal): Promise<string>
  /** Repositories of a registry (Docker Hub where `term` names none) by a word. */
  search(
    term: string,
    limit: number,
    credentials: RegistryCredentials | undefined,
    signal: AbortSignal,
  ): Promise<readonly FoundRepository[]>
  /** What a registry has under a name. */
  inspectRemote(
    reference: Reference,
    credentials: RegistryCredentials | undefined,
    signal: AbortSignal,
  ): Promise<RemoteImage>
  /** An archive of `docker save` or an OCI layout, packed or not. Names as they are in it. */
  load(archive: Readable, options: LoadOptions): Promise<LoadedImage[]>
  /** One layer from a tar of a root file system. */
  import(archive: Readable, options: ImportOptions): Promise<Image>

  /**
   * Another image with a layer more, or with other defaults alone.
   * @throws NotFound (the base), InvalidArgument (a change, a name), NoSpace, Cancelled
   */
  commit(options: CommitImageOptions): Promise<Image>
  /**
   * Writes an archive that is a Docker archive and an OCI layout at once, with the bytes of configurations and layers
   * as they came. A name without a tag stands for all tags of its repository.
   * @throws NotFound, InvalidArgument (platform), DataCorrupt (a blob that the disk has changed)
   */
  save(names: readonly string[], options: SaveOptions): Promise<void>

  /** @throws NotFound, InvalidArgument */
  tag(nameOrId: string, reference: Reference): Promise<void>
  /** Takes one name away. */
  untag(reference: Reference): Promise<void>
  /** Takes all names and the image away; its layers go with `collect`. */
  remove(id: Digest): Promise<void>

  /**
   * Removes configurations, blobs and snapshots that no image needs, nor any snapshot in `keep` (with what is below
   * it), nor any operation under way.
   */
  collect(keep: Iterable<string>): Promise<Collected>

  /** Every blob, layer and begun blob once, with the images that need it; those in `keep` are others' to count. */
  parts(keep: Iterable<string>): Promise<ImagePart[]>
  /** What `collect` would remove if the images `without` were removed; changes nothing. */
  reclaimable(without: ReadonlySet<Digest>, keep: Iterable<string>): Promise<Collected>
}

export interface Image {
  readonly id: Digest
  readonly config: ImageConfig
  /** Names the committed snapshot of the whole root; undefined for an image without layers. */
  readonly chainId: Digest | undefined
  /** `docker.io/library/busybox:latest`: normalised, sorted. */
  readonly tags: readonly string[]
  /** `docker.io/library/busybox@sha256:...` */
  readonly repoDigests: readonly string[]
  /** Bytes of file content of all layers, and of each layer lowest first. */
  readonly size: number
  readonly layerSizes: readonly number[]
  /** RFC 3339; when it last got a name here. */
  readonly lastTagged: string | undefined
  /** The manifest that it came with, if it did. */
  readonly manifest: Digest | undefined
}

/** One line of progress, in the words of Docker's clients (`Pulling fs layer`, `Downloading`, `Extracting`, ...). */
export interface Progress {
  /** Short id of a layer, or a tag; undefined for lines of their own. */
  readonly id?: string
  readonly status: string
  readonly current?: number
  readonly total?: number
}

export interface PullOptions {
  /** Undefined: this host's. */
  readonly platform: Platform | undefined
  readonly credentials: RegistryCredentials | undefined
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

export interface PushOptions {
  /** Undefined: whatever is here. */
  readonly platform: Platform | undefined
  readonly credentials: RegistryCredentials | undefined
  readonly onProgress: (progress: Progress) => void
  readonly onPushed: (pushed: PushedTag) => void
  readonly signal: AbortSignal
}

export interface PushedTag {
  readonly reference: Reference
  /** Of the manifest. */
  readonly digest: Digest
  /** Bytes of the manifest. */
  readonly size: number
}

/** What a registry has under a name. */
export interface RemoteImage {
  readonly descriptor: Descriptor
  readonly platforms: readonly Platform[]
}

/** What a client sent along in X-Registry-Auth. */
export interface RegistryCredentials {
  readonly username?: string
  readonly password?: string
  readonly identityToken?: string
  readonly registryToken?: string
}

export interface LoadOptions {
  readonly platform: Platform | undefined
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

export interface CommitImageOptions {
  /** Id of the image that the layer belongs on. */
  readonly base: Digest
  /** The tar of the layer; undefined where nothing was changed. Asked for once the base is held. */
  readonly layer: () => Promise<AsyncIterable<Uint8Array> | undefined>
  /** Called when all of the layer has been read. */
  readonly onStored: () => void
  /** Of the new image, before `changes`. */
  readonly defaults: ContainerDefaults
  readonly changes: readonly string[]
  /** Where given, what the defaults and the changes leave out. */
  readonly inherited: ContainerDefaults | undefined
  readonly reference: Reference | undefined
  readonly author: string
  readonly comment: string
  readonly createdBy: string
  readonly signal: AbortSignal
}

export interface SaveOptions {
  /** Platforms of which images must be. */
  readonly platforms: readonly Platform[]
  /** Called once, when nothing but damage and the reader can fail any more; takes the archive in pieces. */
  readonly open: () => (chunk: Uint8Array) => Promise<void>
  readonly signal: AbortSignal
}

export interface LoadedImage {
  readonly image: Image
  /** Names that it got by being loaded. */
  readonly references: readonly Reference[]
}

export interface ImportOptions {
  readonly reference: Reference | undefined
  readonly platform: Platform | undefined
  readonly message: string
  /** Dockerfile instructions (`CMD [...]`, `ENV ...`) to apply to the configuration. */
  readonly changes: readonly string[]
  readonly onProgress: (progress: Progress) => void
  readonly signal: AbortSignal
}

export interface Collected {
  readonly blobs: readonly Digest[]
  readonly snapshots: readonly string[]
  /** Bytes given back. */
  readonly bytes: number
}
