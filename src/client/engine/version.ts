import type { IncomingMessage } from 'node:http'
import { API_VERSION, type ApiVersion, compareVersions, type Ping, parseVersion } from '#api'
import { answerError } from '../http/answer-error.ts'
import type { Headers, Transport } from '../http/transport.ts'

/** What an engine speaks that is too old to say (Docker before 1.12 said nothing; 1.24 is where the API becomes usable). */
const SILENT_ENGINE: ApiVersion = '1.24'

/**
 * Asks an engine who it is. Engines that know no HEAD here are asked by GET; one that is not well (500) answers with
 * its headers all the same.
 */
export async function ping(transport: Transport, headers: Headers, signal: AbortSignal | undefined): Promise<Ping> {
  const wire = { path: '/_ping', headers, body: undefined, signal }
  const head = await transport.send({ ...wire, method: 'HEAD' })
  head.resume()
  if (head.statusCode === 200 || head.statusCode === 500) return pingOf(head)
  const get = await transport.send({ ...wire, method: 'GET' })
  if (get.statusCode !== 200 && get.statusCode !== 500) throw await answerError(get, 'GET /_ping')
  get.resume()
  return pingOf(get)
}

/** The newest version that both sides speak. */
export function commonVersion(engine: Ping): ApiVersion {
  const theirs = parseVersion(engine.apiVersion ?? '') ?? SILENT_ENGINE
  return compareVersions(theirs, API_VERSION) < 0 ? theirs : API_VERSION
}

function pingOf({ headers }: IncomingMessage): Ping {
  return {
    apiVersion: word(headers['api-version']),
    osType: word(headers['ostype']),
    experimental: headers['docker-experimental'] === 'true',
    builderVersion: word(headers['builder-version']),
    swarm: word(headers['swarm']),
  }
}

function word(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined
}
