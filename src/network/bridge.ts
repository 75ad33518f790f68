/** The host's side of a bridge network: the bridge itself, and one pair of links for each container on it. */
import {
  addAddress,
  addDefaultRoute,
  addresses,
  createBridge,
  createVeth,
  defaultRouteLink,
  FIRST_LINK_INDEX,
  inNetworkNamespace,
  type Link,
  LOOPBACK_INDEX,
  linkByName,
  links,
  linkUp,
  RouteSocket,
  routedPrefixes,
  routeSocketIn,
  writeSysctl,
} from '#linux'
import { chooseSubnet, DEFAULT_POOLS } from './ipam.ts'
import { firstAddress, formatIpv4, formatPrefix, parseIpv4, parsePrefix } from './ipv4.ts'
import type { Endpoint, Network } from './network.ts'

type Bridge = NonNullable<Network['bridge']>

const USUAL_MTU = 1500
/** The name of a container's link inside. */
const INNER_LINK = 'eth0'

/** Chooses a subnet that this host does not use, and an MTU that its way out can carry. */
export function planBridge(link: string): Bridge {
  using socket = new RouteSocket()
  const subnet = chooseSubnet(DEFAULT_POOLS, [...routedPrefixes(socket), ...addresses(socket)])
  const outIndex = defaultRouteLink(socket)
  const out = links(socket).find(candidate => candidate.index === outIndex)
  return {
    link,
    subnet: formatPrefix(subnet),
    gateway: formatIpv4(firstAddress(subnet) + 1),
    mtu: Math.min(USUAL_MTU, out?.mtu ?? USUAL_MTU),
  }
}

/** Makes the bridge with its address, or what is missing of it. */
export function ensureBridge(bridge: Bridge): void {
  using socket = new RouteSocket()
  let link = linkByName(socket, bridge.link)
  if (link === undefined) {
    createBridge(socket, bridge.link, bridge.mtu, macOf(bridge.gateway))
    link = linkByName(socket, bridge.link)
  }
  if (link === undefined) throw new Error(`bridge ${bridge.link} vanished while it was made`)
  if (!link.up) socket.change(linkUp(link.index))
  const gateway = parseIpv4(bridge.gateway)
  const index = link.index
  if (!addresses(socket).some(address => address.link === index && address.address === gateway)) {
    socket.change(addAddress(index, gateway, parsePrefix(bridge.subnet).bits))
  }
  // Without IPv6 of its own the bridge must not take routes from what containers advertise (SAFETY S95).
  writeSysctl(`net/ipv6/conf/${bridge.link}/accept_ra`, '0')
  writeSysctl(`net/ipv6/conf/${bridge.link}/disable_ipv6`, '1')
}

/** Connects a network namespace, which is complete when this returns: link, address, route. */
export function connectNamespace(namespace: string, bridge: Bridge, endpoint: Endpoint): void {
  using inside = inNetworkNamespace(namespace, () => {
    writeSysctl('net/ipv6/conf/default/disable_ipv6', '1')
    return new RouteSocket()
  })
  using socket = new RouteSocket()
  const link = linkByName(socket, bridge.link)
  if (link === undefined) throw new Error(`bridge ${bridge.link} is gone`)
  createVeth(socket, {
    hostName: endpoint.hostLink,
    bridge: link.index,
    mtu: bridge.mtu,
    peer: { name: INNER_LINK, namespace, mac: endpoint.mac },
  })
  inside.change(
    linkUp(LOOPBACK_INDEX),
    addAddress(FIRST_LINK_INDEX, parseIpv4(endpoint.address), endpoint.bits),
    linkUp(FIRST_LINK_INDEX),
    addDefaultRoute(FIRST_LINK_INDEX, parseIpv4(endpoint.gateway)),
  )
}

/** A namespace with nothing but its loopback. */
export function isolateNamespace(namespace: string): void {
  using inside = routeSocketIn(namespace)
  inside.change(linkUp(LOOPBACK_INDEX))
}

/** A hardware address that follows from the address, so that neighbours' caches stay true when it is used again. */
export function macOf(address: string): string {
  const bytes = address.split('.').map(part => Number(part).toString(16).padStart(2, '0'))
  return `02:42:${bytes.join(':')}`
}

/** Links of this instance: its bridge and the host ends of its pairs. */
export function ownLinks(bridge: string, prefix: string): Link[] {
  using socket = new RouteSocket()
  return links(socket).filter(link => link.name === bridge || link.name.startsWith(prefix))
}
