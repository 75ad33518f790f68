import { existsSync } from 'node:fs'
import { API_VERSION, type ApiVersion, parseVersion } from '#api'
import { InvalidArgument } from '#lib/errors'
import type { ClientOptions } from '../client.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import { readContext } from './contexts.ts'
import { configFolder, type Endpoint, type EndpointFlags, type Environment, findEndpoint } from './endpoint.ts'
import { customHeaders } from './headers.ts'
import { readTls } from './tls.ts'

export interface FoundEngine {
  readonly endpoint: Endpoint
  readonly config: ConfigFile
  /** For `createClient`. */
  readonly options: ClientOptions
}

/**
 * All that a command needs to speak to its engine, from its flags, the environment and the files of `~/.docker`.
 * @throws InvalidArgument, NotFound, NotImplemented
 */
export function findEngine(flags: EndpointFlags, env: Environment, home: string): FoundEngine {
  const folder = configFolder(flags, env, home)
  const config = readConfigFile(folder)
  const endpoint = findEndpoint({
    flags,
    env,
    folder,
    config: config.settings,
    contexts: name => readContext(folder, name),
    socketExists: existsSync,
    fileExists: existsSync,
  })
  const options = {
    host: endpoint.host,
    absent: endpoint.absent,
    tls: endpoint.tls === undefined ? undefined : readTls(endpoint.tls),
    version: pinnedVersion(env),
    headers: customHeaders(env, config.settings),
  }
  return { endpoint, config, options }
}

function pinnedVersion(env: Environment): ApiVersion | undefined {
  const text = env['DOCKER_API_VERSION'] ?? ''
  if (text === '') return undefined
  const version = parseVersion(text)
  if (version !== undefined) return version
  throw new InvalidArgument(`invalid DOCKER_API_VERSION: ${text}`, {
    fix: `set it to a version such as ${API_VERSION}`,
  })
}
