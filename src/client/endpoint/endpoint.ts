import { join } from 'node:path'
import { InvalidArgument } from '#lib/errors'
import type { DockerConfig } from './config-file.ts'
import type { ContextRecord } from './contexts.ts'
import { DOCKER_SOCKET, GANTRY_SOCKET, parseHost } from './host.ts'
import type { TlsFiles } from './tls.ts'

export const DEFAULT_CONTEXT = 'default'

/** The flags of every command that say where the engine is; absent where not given. */
export interface EndpointFlags {
  readonly host?: string | undefined
  readonly context?: string | undefined
  /** The folder of config.json. */
  readonly config?: string | undefined
  readonly tls?: boolean | undefined
  readonly tlsverify?: boolean | undefined
  readonly tlscacert?: string | undefined
  readonly tlscert?: string | undefined
  readonly tlskey?: string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface EndpointInputs {
  readonly flags: EndpointFlags
  readonly env: Environment
  /** See `configFolder`. */
  readonly folder: string
  readonly config: Pick<DockerConfig, 'currentContext'>
  /** @throws NotFound */
  readonly contexts: (name: string) => ContextRecord
  readonly socketExists: (path: string) => boolean
  readonly fileExists: (path: string) => boolean
}

/** Where the engine is, and by which context that was said. */
export interface Endpoint {
  readonly context: string
  readonly host: string
  readonly tls: TlsFiles | undefined
  /** A socket that was looked for before this one and is not there; undefined where somebody named the engine. */
  readonly absent: string | undefined
}

/**
 * Finds the engine as the docker command does: --context, --host, DOCKER_HOST, DOCKER_CONTEXT, currentContext of
 * config.json, in this order (Docker's manual has the two variables the other way round; its code does not). Where
 * nothing is said, the engine is Gantry where its socket exists, and Docker where not.
 * @throws InvalidArgument, NotFound, NotImplemented
 */
export function findEndpoint(inputs: EndpointInputs): Endpoint {
  const { flags } = inputs
  if (given(flags.context) !== undefined && given(flags.host) !== undefined) {
    throw new InvalidArgument('conflicting options: cannot specify both --host and --context', {
      fix: 'leave one of them out',
    })
  }
  const context = contextName(inputs)
  const record = context === DEFAULT_CONTEXT ? defaultRecord(inputs) : inputs.contexts(context)
  const chosen = record.host === undefined ? defaultHost(inputs, record.tls) : { host: record.host, absent: undefined }
  const host = parseHost(chosen.host)
  return { context, host: host.name, tls: host.kind === 'unix' ? undefined : record.tls, absent: chosen.absent }
}

/** The folder of config.json and of contexts. */
export function configFolder(flags: EndpointFlags, env: Environment, home: string): string {
  return given(flags.config) ?? given(env['DOCKER_CONFIG']) ?? join(home, '.docker')
}

function contextName({ flags, env, config }: EndpointInputs): string {
  const named = given(flags.context)
  if (named !== undefined) return named
  if (given(flags.host) !== undefined || given(env['DOCKER_HOST']) !== undefined) return DEFAULT_CONTEXT
  return given(env['DOCKER_CONTEXT']) ?? given(config.currentContext) ?? DEFAULT_CONTEXT
}

function defaultRecord(inputs: EndpointInputs): ContextRecord {
  const { flags, env } = inputs
  return { host: given(flags.host?.trim()) ?? given(env['DOCKER_HOST']?.trim()), tls: tlsOf(inputs) }
}

/** Docker takes the wish for TLS for a wish for TCP. */
function defaultHost(
  { socketExists }: EndpointInputs,
  tls: TlsFiles | undefined,
): { readonly host: string; readonly absent: string | undefined } {
  if (tls !== undefined) return { host: 'tcp://localhost:2376', absent: undefined }
  if (socketExists(GANTRY_SOCKET.slice('unix://'.length))) return { host: GANTRY_SOCKET, absent: undefined }
  return { host: DOCKER_SOCKET, absent: GANTRY_SOCKET }
}

/** --tlsverify turns TLS on even as --tlsverify=false: then it encrypts without verifying. */
function tlsOf({ flags, env, folder, fileExists }: EndpointInputs): TlsFiles | undefined {
  const verify = flags.tlsverify ?? given(env['DOCKER_TLS_VERIFY']) !== undefined
  const wanted = flags.tls ?? given(env['DOCKER_TLS']) !== undefined
  if (!wanted && !verify && flags.tlsverify === undefined) return undefined
  const certificates = given(env['DOCKER_CERT_PATH']) ?? folder
  const own = (name: string) => {
    const path = join(certificates, name)
    return fileExists(path) ? path : undefined
  }
  return {
    ca: given(flags.tlscacert) ?? join(certificates, 'ca.pem'),
    cert: given(flags.tlscert) ?? own('cert.pem'),
    key: given(flags.tlskey) ?? own('key.pem'),
    skipVerify: !verify,
  }
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text
}
