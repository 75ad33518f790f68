import type { ContainerCreateRequest } from '#api'
import type { CreateFlags } from './flags.ts'
import { macAddress } from './read/checks.ts'
import { type NetworkFlag, PLAIN_NETWORK } from './read/network.ts'

type EndpointsConfig = NonNullable<NonNullable<ContainerCreateRequest['NetworkingConfig']>['EndpointsConfig']>
type Endpoint = EndpointsConfig[string]

const DEFAULT_NETWORK = 'default'

/** The network that the container begins in. */
export function networkMode({ network }: CreateFlags): string {
  return network[0]?.target ?? DEFAULT_NETWORK
}

/**
 * How the container is attached to each of its networks. The flags that came before `--network name=...` say it of the
 * first one; a single network of which nothing else is said goes without.
 * @throws Error in Docker's words
 */
export function endpoints(flags: CreateFlags): EndpointsConfig {
  const networks = flags.network.length === 0 ? [{ ...PLAIN_NETWORK, target: DEFAULT_NETWORK }] : flags.network
  const config: EndpointsConfig = Object.create(null)
  for (const [index, network] of networks.entries()) {
    const endpoint = endpointOf(index === 0 ? withFlags(network, flags) : network)
    const { target } = network
    if (target in config) throw new Error(`network ${JSON.stringify(target)} is specified multiple times`)
    if (flags.network.length === 1 && Object.keys(endpoint).length === 0) continue
    config[target] = endpoint
  }
  const userDefined = flags.network.filter(({ target }) => isUserDefined(target))
  if (userDefined.length > 0 && userDefined.length < flags.network.length) {
    throw new Error('conflicting options: cannot attach both user-defined and non-user-defined network-modes')
  }
  return config
}

function withFlags(network: NetworkFlag, flags: CreateFlags): NetworkFlag {
  const conflict = (flag: string, other: string) =>
    new Error(`conflicting options: cannot specify both --${flag} and per-network ${other}`)
  const aliases = flags['network-alias']
  const linkLocal = flags['link-local-ip']
  if (network.aliases.length > 0 && aliases.length > 0) throw conflict('network-alias', 'alias')
  if (network.ipv4 !== '' && flags.ip !== '') throw conflict('ip', 'IPv4 address')
  if (network.ipv6 !== '' && flags.ip6 !== '') throw conflict('ip6', 'IPv6 address')
  if (network.mac !== '' && flags['mac-address'] !== '') throw conflict('mac-address', 'MAC address')
  if (network.linkLocalIps.length > 0 && linkLocal.length > 0)
    throw conflict('link-local-ip', 'link-local IP addresses')
  return {
    ...network,
    aliases: [...network.aliases, ...aliases],
    links: isUserDefined(network.target) ? flags.link : [],
    ipv4: network.ipv4 || flags.ip,
    ipv6: network.ipv6 || flags.ip6,
    mac: network.mac || flags['mac-address'],
    linkLocalIps: [...network.linkLocalIps, ...linkLocal],
  }
}

function endpointOf(network: NetworkFlag): Endpoint {
  const { target, aliases, links, driverOpts, ipv4, ipv6, linkLocalIps, mac, priority } = network
  if (target.trim() === '') throw new Error('no name set for network')
  if (!isUserDefined(target) && aliases.length > 0) {
    throw new Error('network-scoped aliases are only supported for user-defined networks')
  }
  if (mac !== '') macAddress(mac)
  const hasAddress = ipv4 !== '' || ipv6 !== '' || linkLocalIps.length > 0
  return {
    ...(priority === 0 ? {} : { GwPriority: priority }),
    ...(aliases.length === 0 ? {} : { Aliases: [...aliases] }),
    ...(links.length === 0 ? {} : { Links: [...links] }),
    ...(Object.keys(driverOpts).length === 0 ? {} : { DriverOpts: { ...driverOpts } }),
    ...(hasAddress ? { IPAMConfig: { IPv4Address: ipv4, IPv6Address: ipv6, LinkLocalIPs: [...linkLocalIps] } } : {}),
    ...(mac === '' ? {} : { MacAddress: mac }),
  }
}

/** Neither a mode of Docker's own nor the network of another container. */
function isUserDefined(target: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(target) && !target.startsWith('container:')
}
