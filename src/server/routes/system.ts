import { EventsQuery } from '#api'
import type { Backends } from '../backends.ts'
import { systemInfo, systemVersion } from '../convert/info.ts'
import type { Route } from '../http/route.ts'
import { sendEvents } from '../stream/events.ts'

export function systemRoutes({ system, containers, images }: Backends): Route[] {
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
      path: '/info',
      handle: call => {
        const records = containers.list({ all: true, limit: 0, filters: new Map() })
        call.sendJson(200, systemInfo(system.facts(), records, images.list().length))
      },
    },
  ]
}
