import type {
  Volume,
  VolumeCreateRequest,
  VolumeListQuery,
  VolumeListResponse,
  VolumePruneQuery,
  VolumePruneResponse,
  VolumeRemoveQuery,
} from '#api'
import type { CallOptions } from './containers.ts'
import { path } from './path.ts'
import type { Requests } from './requests.ts'

export type Volumes = ReturnType<typeof volumes>

export function volumes(requests: Requests) {
  return {
    list: (query: VolumeListQuery = {}, call?: CallOptions) =>
      requests.json<VolumeListResponse>('GET', '/volumes', { query, ...call }),

    inspect: (name: string, call?: CallOptions) => requests.json<Volume>('GET', path`/volumes/${name}`, call),

    create: (request: VolumeCreateRequest = {}, call?: CallOptions) =>
      requests.json<Volume>('POST', '/volumes/create', { json: request, ...call }),

    remove: (name: string, query: VolumeRemoveQuery = {}, call?: CallOptions) =>
      requests.done('DELETE', path`/volumes/${name}`, { query, ...call }),

    prune: (query: VolumePruneQuery = {}, call?: CallOptions) =>
      requests.json<VolumePruneResponse>('POST', '/volumes/prune', { query, ...call }),
  }
}
