import { BlockList, isIP, isIPv4 } from 'node:net'
import { InvalidArgument } from '#lib/errors'
import { printable } from '#lib/printable'
import { type HostEntry, type HostFiles, type HostsFile, readHostFiles } from './host-files.ts'

/** A certificate of ours and its key (PEM). */
export interface ClientPair {
  readonly cert: string
  readonly key: string
}

/** How a server proves who it is, and how we do. */
export interface TlsProfile {
  /** Do not look at the server's certificate: for registries that are configured insecure, never by default. */
  readonly skipVerify: boolean
  /** Certificate authorities (PEM) that count beside the system's own. */
  readonly ca: readonly string[]
  /** What we show of ourselves. Where there are several, each makes an endpoint of its own. */
  readonly client: ClientPair | undefined
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
  /** Told to a mirror, which may have copies of several registries. */
  readonly namespace: string | undefined
}

export interface RegistryConfig {
  /** Hosts (`host`, `host:port`) and networks (`10.0.0.0/8`) that may be spoken to without TLS or with a bad certificate. */
  readonly insecure: readonly string[]
  /** More certificates, by host as written in references. */
  readonly tls: ReadonlyMap<string, TlsProfile>
  /** Addresses that have copies of Docker Hub, asked before it. */
  readonly mirrors?: readonly string[]
  /** Folders with a folder for each registry that something is written down about (`certs.d`). */
  readonly hostFolders?: readonly string[]
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
  const files = readHostFiles(config.hostFolders ?? [], registry)
  if (files.hosts !== undefined) return configured(registry, files.hosts, config)
  const mirrors =
    registry === HUB ? (config.mirrors ?? []).flatMap(address => mirrorsOf(registry, address, config)) : []
  return [...mirrors, ...ownEndpoints(registry, files, config)]
}

/** The registry itself. */
function ownEndpoints(registry: string, files: HostFiles, config: RegistryConfig): readonly Endpoint[] {
  const given = config.tls.get(registry)
  const tls = given ?? { ...STRICT_TLS, ...files.tls }
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
    namespace: undefined,
  }
  const shown = showing(secure, given === undefined ? files.clients : [])
  // Whoever is to be shown a certificate of ours speaks TLS.
  const mayDoWithout = insecure && shown.every(({ tls: { client } }) => client === undefined)
  return mayDoWithout ? [...shown, { ...secure, scheme: 'http' }] : shown
}

/**
 * The endpoint with each of `clients`, one after the other. Which of them a server takes it says in the handshake, where
 * Node does not let one choose: so the next one is shown where the first is refused.
 */
function showing(endpoint: Endpoint, clients: readonly ClientPair[]): readonly Endpoint[] {
  if (clients.length === 0) return [endpoint]
  return clients.map(client => ({ ...endpoint, tls: { ...endpoint.tls, client } }))
}

/** What `hosts.toml` says: its hosts in their order, then its server. */
function configured(registry: string, { hosts, server }: HostsFile, config: RegistryConfig): readonly Endpoint[] {
  const own = ownEndpoints(registry, { tls: server.tls, clients: server.clients, hosts: undefined }, config)
  const origins = [...own, ...entryEndpoints(registry, server, false)].map(originOf)
  const entries = hosts.flatMap(host =>
    entryEndpoints(registry, host, true).map(endpoint =>
      origins.includes(originOf(endpoint)) ? { ...endpoint, mirror: false, namespace: undefined } : endpoint,
    ),
  )
  const { headers, capabilities } = server
  const last =
    server.url === undefined
      ? own.map(endpoint => ({
          ...endpoint,
          headers,
          capabilities,
          tls: { ...endpoint.tls, skipVerify: endpoint.tls.skipVerify || server.tls.skipVerify },
        }))
      : entryEndpoints(registry, server, false)
  return [...entries, ...last]
}

/** None where the entry names no address. */
function entryEndpoints(registry: string, entry: HostEntry, mirror: boolean): readonly Endpoint[] {
  const { url, tls, clients, headers, capabilities, overridePath } = entry
  if (url === undefined) return []
  const path = url.pathname.replace(/\/+$/, '')
  const endpoint: Endpoint = {
    registry,
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    authority: url.host,
    path: overridePath || path.endsWith('/v2') ? path : `${path}/v2`,
    tls: { ...tls, client: undefined },
    headers,
    capabilities,
    mirror,
    namespace: mirror ? registry : undefined,
  }
  return showing(endpoint, clients)
}

/** One of `registry-mirrors`: a copy of Docker Hub, as Docker has it. */
function mirrorsOf(registry: string, address: string, config: RegistryConfig): readonly Endpoint[] {
  const url = new URL(checkMirror(address))
  const { tls, clients } = readHostFiles(config.hostFolders ?? [], url.host)
  const endpoint: Endpoint = {
    registry,
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    authority: url.host,
    path: '/v2',
    tls: { ...tls, client: undefined, skipVerify: mayBePlain(url.host, config) },
    headers: {},
    capabilities: ['resolve', 'pull'],
    mirror: true,
    namespace: undefined,
  }
  return showing(endpoint, clients)
}

/** @throws InvalidArgument in Docker's words for what can be no mirror */
export function checkMirror(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const refuse = (reason: string) => new InvalidArgument(`invalid mirror: ${reason}`)
  if (url === undefined) throw refuse(`"${printable(address)}" is not a valid URI`)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refuse(`unsupported scheme "${url.protocol.slice(0, -1)}" in "${printable(address)}": use http or https`)
  }
  if (url.username !== '' || url.password !== '') throw refuse('username/password not allowed in URI')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw refuse('path, query, or fragment at end of the URI')
  }
  return address
}

export function originOf({ scheme, authority }: Endpoint): string {
  return `${scheme}://${authority}`
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
