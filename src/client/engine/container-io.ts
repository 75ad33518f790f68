import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import {
  type ContainerAttachQuery,
  type ContainerExtractQuery,
  type ContainerLogsQuery,
  decodePathStat,
  PATH_STAT_HEADER,
  type PathStat,
  type TerminalSize,
} from '#api'
import type { CallOptions } from './containers.ts'
import { path } from './path.ts'
import type { Requests } from './requests.ts'

export type ContainerStreams = ReturnType<typeof containerStreams>

/** A tar archive of a path in a container, and what the path is. */
export interface Archive {
  readonly stat: PathStat
  readonly tar: Readable
}

/** Streams, terminals and files of containers. */
export function containerStreams(requests: Requests) {
  return {
    attach: (id: string, query: ContainerAttachQuery, call?: CallOptions) =>
      requests.hijack(path`/containers/${id}/attach`, { query, ...call }),

    logs: (id: string, query: ContainerLogsQuery, call?: CallOptions) =>
      requests.output('GET', path`/containers/${id}/logs`, { query, ...call }),

    resize: (id: string, size: TerminalSize, call?: CallOptions) =>
      requests.done('POST', path`/containers/${id}/resize`, { query: { h: size.rows, w: size.columns }, ...call }),

    /** The whole filesystem as a tar archive. */
    exportTar: (id: string, call?: CallOptions): Promise<Readable> =>
      requests.send('GET', path`/containers/${id}/export`, call),

    statPath: async (id: string, inside: string, call?: CallOptions): Promise<PathStat> => {
      const query = { path: inside }
      const response = await requests.send('HEAD', path`/containers/${id}/archive`, { query, ...call })
      response.resume()
      return statOf(response)
    },

    copyFrom: async (id: string, inside: string, call?: CallOptions): Promise<Archive> => {
      const query = { path: inside }
      const response = await requests.send('GET', path`/containers/${id}/archive`, { query, ...call })
      return { stat: statOf(response), tar: response }
    },

    /** Unpacks a tar archive into a directory of the container. */
    copyTo: (id: string, query: ContainerExtractQuery, tar: Readable | Uint8Array, call?: CallOptions) =>
      requests.done('PUT', path`/containers/${id}/archive`, { query, body: tar, ...call }),
  }
}

function statOf(response: IncomingMessage): PathStat {
  const header = response.headers[PATH_STAT_HEADER.toLowerCase()]
  return decodePathStat(typeof header === 'string' ? header : undefined)
}
