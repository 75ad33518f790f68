import {
  atLeast,
  ContainerRenameQuery,
  ContainerStatsQuery,
  ContainerStopQuery,
  ContainerTopQuery,
  ContainerUpdateRequest,
} from '#api'
import type { Backends } from '../backends.ts'
import { convertUpdate } from '../convert/update.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { sendStats } from '../stream/stats.ts'

/** What is done to containers beside making, starting and ending them. */
export function verbRoutes({ containers, system }: Backends): Route[] {
  return [
    verb('restart', async (id, call) => {
      const { signal = '', t } = call.readQuery(ContainerStopQuery)
      await containers.restart(id, { signal: atLeast(call.version, '1.42') ? signal : '', timeout: t })
    }),
    verb('pause', id => containers.pause(id)),
    verb('unpause', id => containers.unpause(id)),
    verb('rename', (id, call) => containers.rename(id, call.readQuery(ContainerRenameQuery).name ?? '')),
    {
      method: 'POST',
      path: '/containers/:id/update',
      handle: async call => {
        const body = await call.readJson(ContainerUpdateRequest)
        const { request, warnings } = convertUpdate(body, { ...system.facts(), version: call.version })
        await containers.update(call.param('id'), request)
        call.sendJson(200, { Warnings: warnings.length === 0 ? null : warnings })
      },
    },
    {
      method: 'GET',
      path: '/containers/:id/stats',
      handle: call => sendStats(containers, call, call.readQuery(ContainerStatsQuery)),
    },
    {
      method: 'GET',
      path: '/containers/:id/top',
      handle: async call => {
        const { ps_args: args = '' } = call.readQuery(ContainerTopQuery)
        const { titles, processes } = await containers.top(call.param('id'), args)
        call.sendJson(200, { Titles: titles, Processes: processes })
      },
    },
  ]
}

/** A verb whose success has nothing to say. */
function verb(name: string, act: (id: string, call: ApiCall) => Promise<void>): Route {
  return {
    method: 'POST',
    path: `/containers/:id/${name}`,
    handle: async call => {
      await act(call.param('id'), call)
      call.sendEmpty(204)
    },
  }
}
