import {
  ContainerAttachQuery,
  ContainerCreateQuery,
  ContainerCreateRequest,
  ContainerInspectQuery,
  ContainerKillQuery,
  type ContainerListItem,
  ContainerListQuery,
  ContainerLogsQuery,
  ContainerPruneQuery,
  ContainerRemoveQuery,
  ContainerStopQuery,
  ContainerWaitQuery,
  RAW_STREAM,
  readTerminalSize,
  streamMediaType,
} from '#api'
import type { ContainerRecord } from '#engine'
import { InvalidArgument, NotImplemented } from '#lib/errors'
import type { Sandbox } from '#network'
import type { Backends } from '../backends.ts'
import { convertCreate } from '../convert/create.ts'
import { inspectContainer } from '../convert/inspect.ts'
import { type ListFacts, listItem } from '../convert/list.ts'
import { pruneConditions } from '../convert/prune.ts'
import { imageWarnings } from '../convert/warnings.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { attach } from '../stream/attach.ts'
import { sendLogs } from '../stream/logs.ts'
import { verbRoutes } from './container-verbs.ts'

/** Docker's. */
const EMPTY_BODY_MAX_BYTES = 7

export function containerRoutes(backends: Backends): Route[] {
  const { containers } = backends
  return [
    { method: 'GET', path: '/containers/json', handle: call => list(backends, call) },
    { method: 'POST', path: '/containers/create', handle: call => create(backends, call) },
    { method: 'POST', path: '/containers/prune', handle: call => prune(backends, call) },
    { method: 'GET', path: '/containers/:id/json', handle: call => inspect(backends, call) },
    {
      method: 'POST',
      path: '/containers/:id/start',
      handle: async call => {
        refuseBody(call)
        await containers.start(call.param('id'))
        call.sendEmpty(204)
      },
    },
    {
      method: 'POST',
      path: '/containers/:id/stop',
      handle: async call => {
        const { signal = '', t } = call.readQuery(ContainerStopQuery)
        await containers.stop(call.param('id'), { signal, timeout: t })
        call.sendEmpty(204)
      },
    },
    ...verbRoutes(backends),
    {
      method: 'POST',
      path: '/containers/:id/kill',
      handle: async call => {
        await containers.kill(call.param('id'), call.readQuery(ContainerKillQuery).signal ?? '')
        call.sendEmpty(204)
      },
    },
    {
      method: 'DELETE',
      path: '/containers/:id',
      handle: async call => {
        const { force = false, link = false } = call.readQuery(ContainerRemoveQuery)
        if (link) throw new NotImplemented('Gantry does not do this yet: links', { fix: 'leave --link out' })
        await containers.remove(call.param('id'), { force })
        call.sendEmpty(204)
      },
    },
    { method: 'POST', path: '/containers/:id/wait', handle: call => wait(backends, call) },
    { method: 'POST', path: '/containers/:id/attach', handle: call => attachRoute(backends, call) },
    {
      method: 'POST',
      path: '/containers/:id/resize',
      handle: async call => {
        await containers.resize(call.param('id'), readTerminalSize(call.query))
        call.sendEmpty(200)
      },
    },
    {
      method: 'GET',
      path: '/containers/:id/logs',
      handle: call => sendLogs(backends, call, call.param('id'), call.readQuery(ContainerLogsQuery)),
    },
  ]
}

/** Before API 1.24 a start could change the host configuration. What says nothing (`{}`, `null`) is let through. */
function refuseBody({ headers }: ApiCall): void {
  const length = Number(headers['content-length'] ?? 0)
  if (length <= EMPTY_BODY_MAX_BYTES && headers['transfer-encoding'] === undefined) return
  throw new InvalidArgument(
    'starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24',
  )
}

async function create({ containers, images, system }: Backends, call: ApiCall): Promise<void> {
  const { name, platform = '' } = call.readQuery(ContainerCreateQuery)
  const body = await call.readJson(ContainerCreateRequest)
  const host = { ...system.facts(), version: call.version }
  const { request, warnings } = convertCreate(body, name === '' ? undefined : name, host)
  const record = await containers.create({ ...request, platform })
  call.sendJson(201, { Id: record.id, Warnings: [...warnings, ...imageWarnings(images.resolve(record.imageId))] })
}

async function prune({ containers }: Backends, call: ApiCall): Promise<void> {
  const { filters = new Map(), dryRun = false } = call.readQuery(ContainerPruneQuery)
  const { ids, bytes } = await containers.prune({ conditions: pruneConditions(filters), dryRun })
  call.sendJson(200, { ContainersDeleted: ids.length === 0 ? null : ids, SpaceReclaimed: bytes })
}

async function list(backends: Backends, call: ApiCall): Promise<void> {
  const { containers, images } = backends
  const query = call.readQuery(ContainerListQuery)
  const filters = new Map(query.filters ?? [])
  for (const name of ['before', 'since'] as const) {
    const value = query[name]
    if (value !== undefined && value !== '') filters.set(name, [value])
  }
  const records = containers.list({ all: query.all ?? false, limit: Math.max(0, query.limit ?? 0), filters })
  const now = Date.now()
  const items = records.map(async record => {
    const size =
      query.size === true
        ? { own: await containers.size(record.id), root: images.resolve(record.imageId).size }
        : undefined
    return containerItem(backends, record, size, now)
  })
  call.sendJson(200, await Promise.all(items))
}

/** One item of a list of containers. */
export function containerItem(
  { containers, images, networks }: Backends,
  record: ContainerRecord,
  size: ListFacts['size'],
  now: number,
): ContainerListItem {
  return listItem(record, {
    image: shownImage(images, record),
    sandbox: joined(containers, record),
    networkId: networkId(networks, record),
    health: containers.health(record),
    size,
    now,
  })
}

async function inspect({ containers, execs, images, networks, system }: Backends, call: ApiCall): Promise<void> {
  const { size } = call.readQuery(ContainerInspectQuery)
  const record = containers.find(call.param('id'))
  const response = inspectContainer(record, {
    paths: containers.paths(record),
    sandbox: joined(containers, record),
    networkId: networkId(networks, record),
    execIds: execs.liveOf(record.id),
    health: containers.health(record),
    driver: system.facts().storageDriver,
    size: size === true ? await containers.size(record.id) : undefined,
    rootSize: size === true ? images.resolve(record.imageId).size : 0,
  })
  call.sendJson(200, response)
}

/** An id where the name has gone or is another image's by now. */
function shownImage(images: Backends['images'], record: ContainerRecord): string {
  try {
    return images.resolve(record.spec.image).id === record.imageId ? record.spec.image : record.imageId
  } catch {
    return record.imageId
  }
}

/** What a container has just left may still be there to be taken down. */
function joined(containers: Backends['containers'], record: ContainerRecord): Sandbox | undefined {
  return record.state.status === 'running' ? containers.sandbox(record.id) : undefined
}

/** Empty until a container has joined it; it may name a network that is not there (any more). */
function networkId(networks: Backends['networks'], record: ContainerRecord): string {
  if (record.state.status === 'created') return ''
  return networks.list().find(network => network.name === record.spec.host.network)?.id ?? ''
}

/** The head of the answer goes out at once: a client that has it knows that it will miss no exit. */
async function wait({ containers }: Backends, call: ApiCall): Promise<void> {
  const { condition = 'not-running' } = call.readQuery(ContainerWaitQuery)
  const { result } = containers.wait(call.param('id'), condition, call.signal)
  const stream = call.openStream('application/json')
  const ended = await result
  if (ended === undefined) return stream.end()
  const error = ended.error === '' ? {} : { Error: { Message: ended.error } }
  stream.end(`${JSON.stringify({ StatusCode: ended.code, ...error })}\n`)
}

async function attachRoute({ containers }: Backends, call: ApiCall): Promise<void> {
  const query = call.readQuery(ContainerAttachQuery)
  const record = containers.find(call.param('id'))
  const { tty } = record.spec.process
  // As with Docker, only an upgrade says what kind of stream follows.
  const isUpgrade = call.headers.upgrade !== undefined
  const mediaType = isUpgrade ? streamMediaType({ tty, version: call.version }) : RAW_STREAM
  await attach(containers, call, record, query, mediaType)
}
