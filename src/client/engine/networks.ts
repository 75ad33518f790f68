import type {
  Network,
  NetworkConnectRequest,
  NetworkCreateRequest,
  NetworkCreateResponse,
  NetworkDisconnectRequest,
  NetworkInspectQuery,
  NetworkListQuery,
  NetworkPruneQuery,
  NetworkPruneResponse,
} from '#api'
import type { CallOptions } from './containers.ts'
import { path } from './path.ts'
import type { Requests } from './requests.ts'

export type Networks = ReturnType<typeof networks>

export function networks(requests: Requests) {
  return {
    list: (query: NetworkListQuery = {}, call?: CallOptions) =>
      requests.json<readonly Network[]>('GET', '/networks', { query, ...call }),

    inspect: (id: string, query: NetworkInspectQuery = {}, call?: CallOptions) =>
      requests.json<Network>('GET', path`/networks/${id}`, { query, ...call }),

    create: (request: NetworkCreateRequest, call?: CallOptions) =>
      requests.json<NetworkCreateResponse>('POST', '/networks/create', { json: request, ...call }),

    connect: (id: string, request: NetworkConnectRequest, call?: CallOptions) =>
      requests.done('POST', path`/networks/${id}/connect`, { json: request, ...call }),

    disconnect: (id: string, request: NetworkDisconnectRequest, call?: CallOptions) =>
      requests.done('POST', path`/networks/${id}/disconnect`, { json: request, ...call }),

    remove: (id: string, call?: CallOptions) => requests.done('DELETE', path`/networks/${id}`, call),

    prune: (query: NetworkPruneQuery = {}, call?: CallOptions) =>
      requests.json<NetworkPruneResponse>('POST', '/networks/prune', { query, ...call }),
  }
}
