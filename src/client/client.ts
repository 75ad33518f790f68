import { API_VERSION, type ApiVersion } from '#api'
import { parseHost } from './endpoint/host.ts'
import { type ContainerStreams, containerStreams } from './engine/container-io.ts'
import { type Containers, containers } from './engine/containers.ts'
import { type Execs, execs } from './engine/execs.ts'
import { type Images, images } from './engine/images.ts'
import { type Networks, networks } from './engine/networks.ts'
import { Requests } from './engine/requests.ts'
import { type System, system } from './engine/system.ts'
import { type Volumes, volumes } from './engine/volumes.ts'
import { type Headers, type Tls, Transport } from './http/transport.ts'

export interface ClientOptions {
  /** `unix:///path` or `tcp://host:port`. */
  readonly host: string
  /** A socket that was looked for in vain before; for the words of an engine that cannot be reached. */
  readonly absent?: string | undefined
  /** Makes TCP encrypted; without effect for a socket. */
  readonly tls?: Tls | undefined
  /** Pins the API version (DOCKER_API_VERSION); else it is negotiated with the first request. */
  readonly version?: ApiVersion | undefined
  /** Sent with every request. */
  readonly headers?: Headers | undefined
  /** Ends every request of this client. */
  readonly signal?: AbortSignal | undefined
}

/**
 * An engine as seen from outside. Nothing is sent before the first call. Idle connections do not keep the process
 * alive; disposing closes them.
 */
export interface Client extends Disposable {
  /** The host as people write it. */
  readonly host: string
  readonly containers: Containers & ContainerStreams
  readonly execs: Execs
  readonly images: Images
  readonly networks: Networks
  readonly volumes: Volumes
  readonly system: System
  /** For what has no method of its own, and for answers as text. */
  readonly requests: Requests
}

/** @throws InvalidArgument, NotImplemented for a host that cannot be used. */
export function createClient(options: ClientOptions): Client {
  const transport = new Transport(parseHost(options.host), options.tls, options.absent)
  const headers = { 'User-Agent': `Gantry-Client/${API_VERSION} (linux)`, ...options.headers }
  const requests = new Requests(transport, { headers, version: options.version, signal: options.signal })
  return {
    host: transport.host.name,
    containers: { ...containers(requests), ...containerStreams(requests) },
    execs: execs(requests),
    images: images(requests),
    networks: networks(requests),
    volumes: volumes(requests),
    system: system(requests),
    requests,
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  }
}
