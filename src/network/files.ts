import type { Sandbox } from './network.ts'

const LOCALHOST = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
]

/** Name servers of last resort, as Docker's. */
const PUBLIC_NAME_SERVERS = ['8.8.8.8', '8.8.4.4']

/** The name by which every container finds its host. */
const HOST_NAME = 'host.docker.internal'

/** How a container is called, and who else it is to know by name. */
export interface HostNames {
  readonly hostname: string
  readonly domainname: string
  readonly more: readonly { readonly name: string; readonly address: string }[]
}

/** `/etc/hosts` of a container; one on the host's network has the host's own. */
export function hostsFile(sandbox: Sandbox, { hostname, domainname, more }: HostNames, hostFile: string): string {
  const extra = more.map(({ name, address }) => `${address}\t${name}\n`).join('')
  if (sandbox.kind === 'host') return hostFile + extra
  const lines = [...LOCALHOST]
  if (sandbox.endpoint !== undefined) lines.push(`${sandbox.endpoint.gateway}\t${HOST_NAME}`)
  // The first line of a name is the one that counts: what was asked for goes before what every container has.
  const own = sandbox.endpoint === undefined ? '' : `${sandbox.endpoint.address}\t${ownNames(hostname, domainname)}\n`
  const usual = lines.filter(line => !more.some(({ name }) => line.endsWith(`\t${name}`)))
  return `${usual.join('\n')}\n${extra}${own}`
}

function ownNames(hostname: string, domainname: string): string {
  return domainname === '' ? hostname : `${hostname}.${domainname} ${hostname}`
}

/** What a container's resolver was asked to be; what is empty is the host's. */
export interface ResolverSettings {
  readonly dns: readonly string[]
  /** `.` alone: none. */
  readonly dnsSearch: readonly string[]
  readonly dnsOptions: readonly string[]
}

/**
 * `/etc/resolv.conf` of a container: the host's, without name servers on the host's loopback, which mean something
 * else in another network namespace. `upstream` is what a resolver on the loopback asks itself (systemd-resolved's).
 */
export function resolvConf(
  sandbox: Sandbox,
  hostFile: string,
  upstream: string | undefined,
  settings: ResolverSettings,
): string {
  const { dns, dnsSearch, dnsOptions } = settings
  const isHost = sandbox.kind === 'host'
  if (isHost && dns.length + dnsSearch.length + dnsOptions.length === 0) return hostFile
  const servers = dns.length > 0 ? dns : nameServers(hostFile, upstream, isHost)
  const lines = servers.map(server => `nameserver ${server}`)
  const kept = (pattern: RegExp) =>
    hostFile
      .split('\n')
      .filter(line => pattern.test(line))
      .map(line => line.trim())
  if (dnsSearch.length === 0) lines.push(...kept(/^\s*(search|domain)\s/))
  else if (dnsSearch.some(domain => domain !== '.'))
    lines.push(`search ${dnsSearch.filter(domain => domain !== '.').join(' ')}`)
  if (dnsOptions.length === 0) lines.push(...kept(/^\s*options\s/))
  else lines.push(`options ${dnsOptions.join(' ')}`)
  return `${lines.join('\n')}\n`
}

function nameServers(hostFile: string, upstream: string | undefined, isHost: boolean): readonly string[] {
  if (isHost) return [...hostFile.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(match => match[1] ?? '')
  const servers = reachable(hostFile)
  const chosen = servers.length > 0 ? servers : upstream === undefined ? [] : reachable(upstream)
  return chosen.length > 0 ? chosen : PUBLIC_NAME_SERVERS
}

function reachable(file: string): string[] {
  return [...file.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map(match => match[1] ?? '')
    .filter(server => !/^127\.|^::1$|^::ffff:127\./.test(server))
}
