import {
  ContainerAttachQuery,
  ContainerCreateQuery,
  ContainerCreateRequest,
  ContainerInspectQuery,
  ContainerKillQuery,
  ContainerListQuery,
  ContainerLogsQuery,
  ContainerRemoveQuery,
  ContainerStopQuery,
  ContainerWaitQuery,
  readTerminalSize,
  streamMediaType,
} from '#api'
import type { ContainerRecord } from '#engine'
import type { Backends } from '../backends.ts'
import { convertCreate } from '../convert/create.ts'
import { inspectContainer } from '../convert/inspect.ts'
import { listItem } from '../convert/list.ts'
import { imageWarnings } from '../convert/warnings.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { attach } from '../stream/attach.ts'
import { sendLogs } from '../stream/logs.ts'

export function containerRoutes(backends: Backends): Route[] {
  const { containers } = backends
  return [
    { method: 'GET', path: '/containers/json', handle: call => list(backends, call) },
    { method: 'POST', path: '/containers/create', handle: call => create(backends, call) },
    { method: 'GET', path: '/containers/:id/json', handle: call => inspect(backends, call) },
    {
      method: 'POST',
      path: '/containers/:id/start',
      handle: async call => {
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
        const { force = false } = call.readQuery(ContainerRemoveQuery)
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

async function create({ containers, images, system }: Backends, call: ApiCall): Promise<void> {
  const { name } = call.readQuery(ContainerCreateQuery)
  const body = await call.readJson(ContainerCreateRequest)
  const request = convertCreate(body, name === '' ? undefined : name, system.facts().defaultRuntime)
  const record = await containers.create(request)
  call.sendJson(201, { Id: record.id, Warnings: imageWarnings(images.resolve(record.imageId)) })
}

async function list({ containers, images, networks }: Backends, call: ApiCall): Promise<void> {
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
    return listItem(record, {
      sandbox: containers.sandbox(record.id),
      networkId: networkId(networks, record),
      size,
      now,
    })
  })
  call.sendJson(200, await Promise.all(items))
}

async function inspect({ containers, images, networks, system }: Backends, call: ApiCall): Promise<void> {
  const { size } = call.readQuery(ContainerInspectQuery)
  const record = containers.find(call.param('id'))
  const response = inspectContainer(record, {
    paths: containers.paths(record),
    sandbox: containers.sandbox(record.id),
    networkId: networkId(networks, record),
    driver: system.facts().storageDriver,
    size: size === true ? await containers.size(record.id) : undefined,
    rootSize: size === true ? images.resolve(record.imageId).size : 0,
  })
  call.sendJson(200, response)
}

/** A container may name a network that is not there (any more). */
function networkId(networks: Backends['networks'], record: ContainerRecord): string {
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
  await attach(containers, call, record, query, streamMediaType({ tty, version: call.version }))
}
