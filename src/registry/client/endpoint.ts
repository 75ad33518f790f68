import { BlockList, isIP, isIPv4 } from 'node:net'

/** How a server proves who it is, and how we do. */
export interface TlsProfile {
  /** Do not look at the server's certificate: for registries that are configured insecure, never by default. */
  readonly skipVerify: boolean
  /** Certificate authorities (PEM) that count beside the system's own. */
  readonly ca: readonly string[]
  /** Our own certificate and its key (PEM). */
  readonly client: { readonly cert: string; readonly key: string } | undefined
}

export const STRICT_TLS: TlsProfile = { skipVerify: false, ca: [], client: undefined }

/** What an endpoint may be asked: to tell the digest of a tag, to send content, to take content. */
export type Capability = 'resolve' | 'pull' | 'push'

/** One place where the repositories of a registry are served. */
export interface Endpoint {
  /** The registry that this stands for, as it is written in references: `docker.io`, `host:5000`. */
  readonly registry: string
  readonly scheme: 'https' | 'http'
  /** Host and port to speak to. */
  readonly authority: string
  /** Before the repository: `/v2`. */
  readonly path: string
  readonly tls: TlsProfile
  /** Sent with every request to this endpoint, nowhere else. */
  readonly headers: Readonly<Record<string, string>>
  readonly capabilities: readonly Capability[]
  /** Somebody else's copy: it never gets the credentials of the registry, and its failures lead to the next endpoint. */
  readonly mirror: boolean
}

export interface RegistryConfig {
  /** Hosts (`host`, `host:port`) and networks (`10.0.0.0/8`) that may be spoken to without TLS or with a bad certificate. */
  readonly insecure: readonly string[]
  /** More certificates, by host as written in references. */
  readonly tls: ReadonlyMap<string, TlsProfile>
}

export const DEFAULT_CONFIG: RegistryConfig = { insecure: [], tls: new Map() }

/** Docker Hub is called otherwise than it is addressed. */
const HUB = 'docker.io'
const HUB_AUTHORITY = 'registry-1.docker.io'

const ALL: readonly Capability[] = ['resolve', 'pull', 'push']

/**
 * Where to look for `registry`, in order. TLS always; where that is not demanded, TLS without looking at the
 * certificate first and plain HTTP after it, as Docker does. A name counts as this machine only if it is literally
 * `localhost` or a loopback address: what a name resolves to is in somebody else's hands (CVE-2026-92543, S74).
 */
export function endpointsFor(registry: string, config: RegistryConfig): readonly Endpoint[] {
  const tls = config.tls.get(registry) ?? STRICT_TLS
  const insecure = mayBePlain(registry, config)
  const secure: Endpoint = {
    registry,
    scheme: 'https',
    authority: registry === HUB ? HUB_AUTHORITY : registry,
    path: '/v2',
    tls: insecure ? { ...tls, skipVerify: true } : tls,
    headers: {},
    capabilities: ALL,
    mirror: false,
  }
  return insecure ? [secure, { ...secure, scheme: 'http' }] : [secure]
}

/** True for a literal loopback host and for one that is configured insecure, with or without its port. */
export function mayBePlain(authority: string, { insecure }: RegistryConfig): boolean {
  const host = hostOf(authority)
  return isLoopback(host) || insecure.some(entry => entry === authority || entry === host || contains(entry, host))
}

/** `localhost`, 127.0.0.0/8 or ::1, literally. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || (isIPv4(host) && host.startsWith('127.')) || (isIP(host) === 6 && contains('::1/128', host))
  )
}

/** The host without port and brackets. */
export function hostOf(authority: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(authority)
  return bracketed?.[1] ?? authority.replace(/:\d+$/, '')
}

function contains(network: string, host: string): boolean {
  const [address = '', prefix = '', ...more] = network.split('/')
  const family = isIP(address)
  const bits = Number(prefix)
  if (family === 0 || isIP(host) !== family || more.length > 0 || !/^\d{1,3}$/.test(prefix)) return false
  if (bits > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  const name = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(address, bits, name)
  return list.check(host, name)
}
