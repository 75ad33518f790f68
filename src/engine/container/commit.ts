import type { Image } from '#image'
import { Conflict } from '#lib/errors'
import { familiarString, parseDigest, parseReference, type Reference, withDefaultTag, withTag } from '#oci'
import { layerTar } from '#snapshot'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { controlGroup } from './folder.ts'
import type { ContainerRecord } from './record.ts'
import { isPaused } from './state.ts'

export interface CommitOptions {
  /** '' gives the image no name. */
  readonly repository: string
  readonly tag: string
  readonly author: string
  readonly comment: string
  /** Whether its processes stand still while its files are read. */
  readonly pause: boolean
  /** Instructions of a Dockerfile. */
  readonly changes: readonly string[]
  /** Defaults of the image; what they leave out is the container's. Undefined: all of them are. */
  readonly defaults: Image['config']['defaults'] | undefined
  readonly signal: AbortSignal
}

/**
 * Makes an image of a container's file system and settings. Nobody else changes the container meanwhile.
 * @throws NotFound (container, image), InvalidArgument (name, change), Conflict, NoSpace
 */
export async function commitContainer(deps: EngineDeps, nameOrId: string, options: CommitOptions): Promise<Image> {
  const { id } = deps.containers.find(nameOrId)
  const reference = targetOf(options)
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.find(id)
  if (record.removing) throw new Conflict(`You cannot commit container ${id} which is being removed`)
  using standstill = new Standstill(deps, record)
  const own = containerDefaults(record, deps.images.resolve(record.imageId))
  const { author, comment, changes, signal } = options
  const image = await deps.images.commit({
    base: parseDigest(record.imageId),
    layer: async () => {
      if (options.pause) await standstill.begin()
      return layerTar(deps.snapshots.layers(id).own)
    },
    onStored: () => standstill.end(),
    defaults: options.defaults ?? own,
    inherited: options.defaults === undefined ? undefined : own,
    changes,
    reference,
    author,
    comment,
    createdBy: (record.spec.process.cmd ?? []).join(' '),
    signal,
  })
  const name = reference === undefined ? {} : { imageRef: familiarString(reference) }
  publishContainer(deps, record, 'commit', { comment, imageID: image.id, ...name })
  return image
}

/** The processes of a container, stopped for as long as this lasts. */
class Standstill implements Disposable {
  readonly #deps: EngineDeps
  readonly #id: string
  readonly #group: string
  readonly #isRunning: boolean
  #isFrozen = false

  constructor(deps: EngineDeps, record: ContainerRecord) {
    this.#deps = deps
    this.#id = record.id
    this.#group = controlGroup(deps, record)
    this.#isRunning = record.state.status === 'running' && !isPaused(record)
  }

  async begin(): Promise<void> {
    if (this.#isRunning) this.#isFrozen = await this.#deps.groups.freeze(this.#group)
  }

  end(): void {
    const record = this.#deps.containers.get(this.#id)
    // Whoever paused it meanwhile wants it to stay so.
    if (this.#isFrozen && (record === undefined || !isPaused(record))) this.#deps.groups.thaw(this.#group)
    this.#isFrozen = false
  }

  [Symbol.dispose](): void {
    this.end()
  }
}

function targetOf({ repository, tag }: CommitOptions): Reference | undefined {
  if (repository === '') return undefined
  const name = parseReference(repository)
  return withDefaultTag(tag === '' ? name : withTag(name, tag))
}

/** What the container was created with, its image's defaults included; triggers are for builds alone. */
function containerDefaults({ spec }: ContainerRecord, image: Image): Image['config']['defaults'] {
  const { user, env, entrypoint, cmd, workingDir, stopSignal, stopTimeout } = spec.process
  const { healthcheck, shell } = spec
  return {
    ...image.config.defaults,
    user,
    env,
    entrypoint: entrypoint ?? undefined,
    cmd: cmd ?? undefined,
    workingDir,
    exposedPorts: spec.exposedPorts,
    labels: spec.labels,
    stopSignal,
    stopTimeout: stopTimeout ?? undefined,
    healthcheck,
    shell,
    onBuild: [],
  }
}
