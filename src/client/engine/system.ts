import type {
  AuthConfig,
  AuthResponse,
  DiskUsageQuery,
  DiskUsageResponse,
  EventMessage,
  EventsQuery,
  InfoResponse,
  VersionResponse,
} from '#api'
import type { CallOptions } from './containers.ts'
import type { Requests } from './requests.ts'

export type System = ReturnType<typeof system>

export function system(requests: Requests) {
  return {
    ping: (call?: CallOptions) => requests.ping(call?.signal),

    version: (call?: CallOptions) => requests.json<VersionResponse>('GET', '/version', call),

    info: (call?: CallOptions) => requests.json<InfoResponse>('GET', '/info', call),

    /** Events as they happen, until `query.until` or until the caller stops reading. */
    events: (query: EventsQuery = {}, call?: CallOptions) =>
      requests.lines<EventMessage>('GET', '/events', { query, ...call }, exactNanos),

    diskUsage: (query: DiskUsageQuery = {}, call?: CallOptions) =>
      requests.json<DiskUsageResponse>('GET', '/system/df', { query, since: { type: '1.42' }, ...call }),

    /** Has the engine check credentials with their registry. */
    auth: (auth: AuthConfig, call?: CallOptions) =>
      requests.json<AuthResponse>('POST', '/auth', { json: auth, ...call }),
  }
}

/** A JavaScript number would round nanoseconds since 1970. */
function exactNanos(key: string, value: unknown, source: string): unknown {
  return key === 'timeNano' && typeof value === 'number' ? BigInt(source) : value
}
