import type { Readable } from 'node:stream'
import {
  type AuthConfig,
  type DistributionResponse,
  encodeRegistryAuth,
  type ImageCreateQuery,
  type ImageDeleteItem,
  type ImageHistoryItem,
  type ImageHistoryQuery,
  type ImageInspectQuery,
  type ImageInspectResponse,
  type ImageListQuery,
  type ImageLoadQuery,
  type ImagePruneQuery,
  type ImagePruneResponse,
  type ImagePushQuery,
  type ImageRemoveQuery,
  type ImageSaveQuery,
  type ImageSearchItem,
  type ImageSearchQuery,
  type ImageSummary,
  type ImageTagQuery,
  REGISTRY_AUTH_HEADER,
} from '#api'
import type { Headers } from '../http/transport.ts'
import type { CallOptions } from './containers.ts'
import { path } from './path.ts'
import type { Requests } from './requests.ts'

export interface RegistryCallOptions extends CallOptions {
  readonly auth?: AuthConfig | undefined
}

export type Images = ReturnType<typeof images>

export function images(requests: Requests) {
  return {
    list: (query: ImageListQuery = {}, call?: CallOptions) =>
      requests.json<readonly ImageSummary[]>('GET', '/images/json', { query, since: { manifests: '1.47' }, ...call }),

    inspect: (name: string, query: ImageInspectQuery = {}, call?: CallOptions) =>
      requests.json<ImageInspectResponse>('GET', path`/images/${name}/json`, {
        query,
        since: { manifests: '1.48', platform: '1.49' },
        ...call,
      }),

    history: (name: string, query: ImageHistoryQuery = {}, call?: CallOptions) =>
      requests.json<readonly ImageHistoryItem[]>('GET', path`/images/${name}/history`, {
        query,
        since: { platform: '1.48' },
        ...call,
      }),

    pull: (query: ImageCreateQuery, call: RegistryCallOptions = {}) =>
      requests.progress('POST', '/images/create', {
        query,
        since: { platform: '1.32' },
        ...withAuth(call),
      }),

    /** Makes an image of a tar archive of a filesystem: `tar`, or what `query.fromSrc` names. */
    import: (query: ImageCreateQuery, tar?: Readable | Uint8Array, call?: CallOptions) =>
      requests.progress('POST', '/images/create', { query, ...(tar === undefined ? {} : { body: tar }), ...call }),

    push: (name: string, query: ImagePushQuery = {}, call: RegistryCallOptions = {}) =>
      requests.progress('POST', path`/images/${name}/push`, {
        query,
        since: { platform: '1.46' },
        ...withAuth(call),
      }),

    /** What a registry has under a name. */
    distribution: (name: string, call: RegistryCallOptions = {}) =>
      requests.json<DistributionResponse>('GET', path`/distribution/${name}/json`, withAuth(call)),

    load: (tar: Readable | Uint8Array, query: ImageLoadQuery = {}, call?: CallOptions) =>
      requests.progress('POST', '/images/load', { query, body: tar, since: { platform: '1.48' }, ...call }),

    /** An archive that `load` takes. */
    save: (query: ImageSaveQuery, call?: CallOptions): Promise<Readable> =>
      requests.send('GET', '/images/get', { query, since: { platform: '1.48' }, ...call }),

    tag: (name: string, query: ImageTagQuery, call?: CallOptions) =>
      requests.done('POST', path`/images/${name}/tag`, { query, ...call }),

    remove: (name: string, query: ImageRemoveQuery = {}, call?: CallOptions) =>
      requests.json<readonly ImageDeleteItem[]>('DELETE', path`/images/${name}`, {
        query,
        since: { platforms: '1.50' },
        ...call,
      }),

    search: (query: ImageSearchQuery, call: RegistryCallOptions = {}) =>
      requests.json<readonly ImageSearchItem[]>('GET', '/images/search', { query, ...withAuth(call) }),

    prune: (query: ImagePruneQuery = {}, call?: CallOptions) =>
      requests.json<ImagePruneResponse>('POST', '/images/prune', { query, ...call }),
  }
}

function withAuth({ auth, signal }: RegistryCallOptions): CallOptions & { headers?: Headers } {
  return auth === undefined ? { signal } : { signal, headers: { [REGISTRY_AUTH_HEADER]: encodeRegistryAuth(auth) } }
}
