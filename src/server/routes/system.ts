import { DiskUsageQuery, EventsQuery } from '#api'
import type { ContainerRecord } from '#engine'
import type { Backends } from '../backends.ts'
import { diskUsageResponse, diskUsageTypes } from '../convert/disk-usage.ts'
import { systemInfo, systemVersion } from '../convert/info.ts'
import type { ListFacts } from '../convert/list.ts'
import type { Route } from '../http/route.ts'
import { sendEvents } from '../stream/events.ts'
import { containerItem } from './containers.ts'

export function systemRoutes(backends: Backends): Route[] {
  const { system, containers, images } = backends
  return [
    { method: 'GET', path: '/_ping', handle: call => call.sendPing('OK') },
    { method: 'HEAD', path: '/_ping', handle: call => call.sendPing('') },
    { method: 'GET', path: '/version', handle: call => call.sendJson(200, systemVersion(system.facts())) },
    {
      method: 'GET',
      path: '/events',
      handle: call => sendEvents(system, call, call.readQuery(EventsQuery)),
    },
    {
      method: 'GET',
      path: '/system/df',
      handle: async call => {
        const types = diskUsageTypes(call.readQuery(DiskUsageQuery).type ?? [])
        const usage = await system.diskUsage()
        const now = Date.now()
        const item = (record: ContainerRecord, size: ListFacts['size']) => containerItem(backends, record, size, now)
        call.sendJson(200, diskUsageResponse(usage, types, call.version, item))
      },
    },
    {
      method: 'GET',
      path: '/info',
      handle: call => {
        const records = containers.list({ all: true, limit: 0, filters: new Map() })
        call.sendJson(200, systemInfo(system.facts(), records, images.list().length))
      },
    },
  ]
}
