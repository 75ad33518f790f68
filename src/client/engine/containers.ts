import type {
  ContainerChangesResponse,
  ContainerCommitQuery,
  ContainerCommitResponse,
  ContainerConfig,
  ContainerCreateQuery,
  ContainerCreateRequest,
  ContainerCreateResponse,
  ContainerInspectQuery,
  ContainerInspectResponse,
  ContainerKillQuery,
  ContainerListItem,
  ContainerListQuery,
  ContainerPruneQuery,
  ContainerPruneResponse,
  ContainerRemoveQuery,
  ContainerStartQuery,
  ContainerStats,
  ContainerStopQuery,
  ContainerTopResponse,
  ContainerUpdateRequest,
  ContainerUpdateResponse,
  ContainerWaitQuery,
  ContainerWaitResponse,
} from '#api'
import { path } from './path.ts'
import type { Requests } from './requests.ts'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

export type Containers = ReturnType<typeof containers>

/** What can be done with containers, besides their streams and files. Ids may be names or unique prefixes of ids. */
export function containers(requests: Requests) {
  return {
    list: (query: ContainerListQuery = {}, call?: CallOptions) =>
      requests.json<readonly ContainerListItem[]>('GET', '/containers/json', { query, ...call }),

    create: (request: ContainerCreateRequest, query: ContainerCreateQuery = {}, call?: CallOptions) =>
      requests.json<ContainerCreateResponse>('POST', '/containers/create', {
        query,
        json: request,
        since: { platform: '1.41' },
        ...call,
      }),

    inspect: (id: string, query: ContainerInspectQuery = {}, call?: CallOptions) =>
      requests.json<ContainerInspectResponse>('GET', path`/containers/${id}/json`, { query, ...call }),

    /** False where it runs already. */
    start: (id: string, query: ContainerStartQuery = {}, call?: CallOptions) =>
      requests.done('POST', path`/containers/${id}/start`, { query, ...call }),

    /** False where it does not run. */
    stop: (id: string, query: ContainerStopQuery = {}, call?: CallOptions) =>
      requests.done('POST', path`/containers/${id}/stop`, { query, since: { signal: '1.42' }, ...call }),

    restart: (id: string, query: ContainerStopQuery = {}, call?: CallOptions) =>
      requests.done('POST', path`/containers/${id}/restart`, { query, since: { signal: '1.42' }, ...call }),

    kill: (id: string, query: ContainerKillQuery = {}, call?: CallOptions) =>
      requests.done('POST', path`/containers/${id}/kill`, { query, ...call }),

    pause: (id: string, call?: CallOptions) => requests.done('POST', path`/containers/${id}/pause`, call),

    unpause: (id: string, call?: CallOptions) => requests.done('POST', path`/containers/${id}/unpause`, call),

    rename: (id: string, name: string, call?: CallOptions) =>
      requests.done('POST', path`/containers/${id}/rename`, { query: { name }, ...call }),

    remove: (id: string, query: ContainerRemoveQuery = {}, call?: CallOptions) =>
      requests.done('DELETE', path`/containers/${id}`, { query, ...call }),

    /**
     * Resolves once the engine waits, so that nothing that is done afterwards is missed; the answer is in `exit`.
     */
    wait: async (id: string, query: ContainerWaitQuery = {}, call?: CallOptions): Promise<Waiting> => {
      const since = { condition: '1.30' } as const
      const response = await requests.send('POST', path`/containers/${id}/wait`, { query, since, ...call })
      const exit = requests.read<ContainerWaitResponse>(response)
      exit.catch(() => {}) // the caller may look at it much later
      return { exit }
    },

    update: (id: string, request: ContainerUpdateRequest, call?: CallOptions) =>
      requests.json<ContainerUpdateResponse>('POST', path`/containers/${id}/update`, { json: request, ...call }),

    top: (id: string, psArgs?: string, call?: CallOptions) =>
      requests.json<ContainerTopResponse>('GET', path`/containers/${id}/top`, { query: { ps_args: psArgs }, ...call }),

    /** A sample each second, until the container is removed or the caller stops reading. */
    stats: (id: string, call?: CallOptions) =>
      requests.lines<ContainerStats>('GET', path`/containers/${id}/stats`, { query: { stream: true }, ...call }),

    /** One sample; with `oneShot` without the one before it, which takes a second to make. */
    statsNow: (id: string, oneShot = false, call?: CallOptions) =>
      requests.json<ContainerStats>('GET', path`/containers/${id}/stats`, {
        query: { stream: false, 'one-shot': oneShot || undefined },
        ...call,
      }),

    changes: (id: string, call?: CallOptions) =>
      requests.json<ContainerChangesResponse>('GET', path`/containers/${id}/changes`, call),

    commit: (query: ContainerCommitQuery, config?: ContainerConfig, call?: CallOptions) =>
      requests.json<ContainerCommitResponse>('POST', '/commit', { query, json: config ?? {}, ...call }),

    prune: (query: ContainerPruneQuery = {}, call?: CallOptions) =>
      requests.json<ContainerPruneResponse>('POST', '/containers/prune', { query, ...call }),
  }
}

export interface Waiting {
  readonly exit: Promise<ContainerWaitResponse>
}
