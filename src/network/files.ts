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

/** `/etc/hosts` of a container; one on the host's network has the host's own. */
export function hostsFile(sandbox: Sandbox, hostname: string, domainname: string, hostFile: string): string {
  if (sandbox.kind === 'host') return hostFile
  const lines = [...LOCALHOST]
  if (sandbox.endpoint !== undefined) {
    lines.push(`${sandbox.endpoint.gateway}\t${HOST_NAME}`)
    const names = domainname === '' ? hostname : `${hostname}.${domainname} ${hostname}`
    lines.push(`${sandbox.endpoint.address}\t${names}`)
  }
  return `${lines.join('\n')}\n`
}

/**
 * `/etc/resolv.conf` of a container: the host's, without name servers on the host's loopback, which mean something
 * else in another network namespace. `upstream` is what a resolver on the loopback asks itself (systemd-resolved's).
 */
export function resolvConf(sandbox: Sandbox, hostFile: string, upstream: string | undefined): string {
  if (sandbox.kind === 'host') return hostFile
  const servers = reachable(hostFile)
  const chosen = servers.length > 0 ? servers : upstream === undefined ? [] : reachable(upstream)
  const lines = (chosen.length > 0 ? chosen : PUBLIC_NAME_SERVERS).map(server => `nameserver ${server}`)
  for (const line of hostFile.split('\n')) if (/^\s*(search|domain|options)\s/.test(line)) lines.push(line.trim())
  return `${lines.join('\n')}\n`
}

function reachable(file: string): string[] {
  return [...file.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map(match => match[1] ?? '')
    .filter(server => !/^127\.|^::1$|^::ffff:127\./.test(server))
}
