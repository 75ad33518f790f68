import { mkdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Image } from '#image'
import { NotFound } from '#lib/errors'
import { randomId, shortId } from '#lib/ids'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import { UndoStack } from '#lib/undo'
import { formatPlatform, hostPlatform, parsePlatform, platformMatches } from '#oci'
import { parseWorkingFolder } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { mergeHealthcheck } from '../health/settings.ts'
import { resolveCommand } from '../process/command.ts'
import { mergeEnvironment } from '../process/environment.ts'
import { containerOf } from '../process/modes.ts'
import { checkSpec } from './check.ts'
import { containerFolder } from './folder.ts'
import { randomName } from './names.ts'
import { type ContainerRecord, type ContainerSpec, type HealthSettings, parseContainerRecord } from './record.ts'
import { parseContainerName } from './store.ts'

/** A container to be made: its own settings, before the image's fill the gaps. */
export interface CreateRequest {
  /** Undefined: the engine thinks of one. */
  readonly name: string | undefined
  readonly spec: ContainerSpec
  /** `os/arch/variant` that the image has to be for; '' is any. */
  readonly platform: string
}

/**
 * Makes a container; nothing runs yet. When this returns, the container survives power loss.
 * A network that is not there is the start's to refuse, as with Docker, whose clients take "not found" here for the
 * image. @throws NotFound (image), Conflict (name), InvalidArgument
 */
export async function createContainer(deps: EngineDeps, request: CreateRequest): Promise<ContainerRecord> {
  const name = request.name === undefined ? undefined : parseContainerName(request.name)
  checkSpec(deps, request.spec)
  const image = deps.images.resolve(request.spec.image)
  if (request.platform !== '') requirePlatform(image, request)
  const id = randomId()
  const record = newRecord(deps, id, name, image, request.spec)
  await using undo = new UndoStack()
  const layer = await deps.initLayers.ensure(image.chainId)
  await deps.snapshots.prepare(id, layer)
  undo.defer(() => deps.snapshots.remove(id))
  mkdirSync(containerFolder(deps, id), { mode: 0o710 })
  undo.defer(() => rmSync(containerFolder(deps, id), { recursive: true, force: true }))
  // A prune may have taken it meanwhile; from here on it sees that it is used.
  deps.images.resolve(image.id)
  deps.containers.add(record)
  undo.defer(() => deps.containers.remove(record))
  await deps.meta.durable()
  undo.keep()
  publishContainer(deps, record, 'create')
  return record
}

/** @throws InvalidArgument, NotFound in Docker's words, on which its clients pull */
function requirePlatform({ config }: Image, { platform, spec }: CreateRequest): void {
  const wanted = parsePlatform(platform, hostPlatform())
  if (platformMatches(config.platform, wanted)) return
  throw new NotFound(
    `image with reference ${spec.image} was found but its platform (${formatPlatform(config.platform)}) does not match the specified platform (${formatPlatform(wanted)})`,
  )
}

function newRecord(
  deps: EngineDeps,
  id: string,
  name: string | undefined,
  image: Image,
  own: ContainerSpec,
): ContainerRecord {
  const spec = withImage(deps, own, image, id)
  const [path = '', ...args] = [...(spec.process.entrypoint ?? []), ...(spec.process.cmd ?? [])]
  // Parsed as it will be read back: what could not be read must not be written.
  return parseContainerRecord({
    id,
    name: name ?? randomName(candidate => deps.containers.isNameTaken(candidate)),
    created: formatRfc3339Nano(nowNanos()),
    imageId: image.id,
    path,
    args,
    spec,
    state: { status: 'created', code: 0, error: '' },
    removing: false,
  })
}

/** The container's settings with the image's where it has none. */
function withImage(deps: EngineDeps, own: ContainerSpec, image: Image, id: string): ContainerSpec {
  const { defaults } = image.config
  const { process } = own
  const healthcheck = mergeHealthcheck(own.healthcheck, ofImage(defaults.healthcheck))
  return {
    ...own,
    host: { ...own.host, network: joinedNetwork(deps, own.host.network) },
    ...(healthcheck && { healthcheck }),
    hostname: own.hostname !== '' ? own.hostname : own.host.network === 'host' ? hostname() : shortId(id),
    labels: { ...defaults.labels, ...own.labels },
    exposedPorts: [...new Set([...defaults.exposedPorts, ...own.exposedPorts])],
    process: {
      ...process,
      ...resolveCommand(process, defaults),
      env: mergeEnvironment(defaults.env, process.env),
      workingDir: parseWorkingFolder(process.workingDir === '' ? defaults.workingDir : process.workingDir),
      user: process.user === '' ? defaults.user : process.user,
      stopSignal: process.stopSignal === '' ? defaults.stopSignal : process.stopSignal,
      stopTimeout: process.stopTimeout ?? defaults.stopTimeout ?? null,
    },
  }
}

/** A container that is joined is kept by its id, under which it stays known; one that is not there is the start's to refuse. */
function joinedNetwork({ containers }: EngineDeps, mode: string): string {
  const name = containerOf(mode)
  if (name === undefined) return mode
  try {
    return `container:${containers.find(name).id}`
  } catch {
    return mode
  }
}

function ofImage(check: Image['config']['defaults']['healthcheck']): HealthSettings | undefined {
  return check && { ...check, test: [...check.test] }
}
