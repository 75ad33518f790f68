import { attribute, decodeAttributes, NLM_F_CREATE, NLM_F_EXCL, uint32 } from './message.ts'
import type { Change, RouteSocket } from './socket.ts'

const RTM_NEWADDR = 20
const RTM_GETADDR = 22
const RTM_NEWROUTE = 24
const RTM_GETROUTE = 26

const AF_UNSPEC = 0
const AF_INET = 2
const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_BROADCAST = 4
const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RT_TABLE_MAIN = 254
const RTPROT_BOOT = 3
const RTN_UNICAST = 1

/** An IPv4 address as 32 unsigned bits. */
export type Ipv4 = number

export interface Prefix {
  readonly address: Ipv4
  readonly bits: number
}

export interface InterfaceAddress extends Prefix {
  readonly link: number
}

/** An address for a link, with the route to its subnet that comes along. */
export function addAddress(link: number, address: Ipv4, bits: number): Change {
  const header = Buffer.alloc(8)
  header[0] = AF_INET
  header[1] = bits
  header.writeUInt32LE(link, 4)
  const hostMask = bits === 32 ? 0 : 0xffffffff >>> bits
  return {
    what: `add address to link ${link}`,
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    parts: [
      header,
      attribute(IFA_LOCAL, ipv4Bytes(address)),
      attribute(IFA_ADDRESS, ipv4Bytes(address)),
      attribute(IFA_BROADCAST, ipv4Bytes((address | hostMask) >>> 0)),
    ],
  }
}

export function addDefaultRoute(link: number, gateway: Ipv4): Change {
  const header = Buffer.alloc(12)
  header[0] = AF_INET
  header[4] = RT_TABLE_MAIN
  header[5] = RTPROT_BOOT
  header[7] = RTN_UNICAST
  return {
    what: 'add default route',
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    parts: [header, attribute(RTA_GATEWAY, ipv4Bytes(gateway)), uint32(RTA_OIF, link)],
  }
}

/** All IPv4 addresses of all links. */
export function addresses(socket: RouteSocket): InterfaceAddress[] {
  const header = Buffer.alloc(8)
  header[0] = AF_INET
  const found: InterfaceAddress[] = []
  for (const { body } of socket.dump(RTM_GETADDR, [header])) {
    if (body[0] !== AF_INET) continue
    for (const { type, data } of decodeAttributes(body.subarray(8))) {
      if (type === IFA_LOCAL)
        found.push({ link: body.readUInt32LE(4), address: data.readUInt32BE(0), bits: body[1] ?? 0 })
    }
  }
  return found
}

/** Destinations of all IPv4 routes but the default ones: the subnets that this host already knows a way to. */
export function routedPrefixes(socket: RouteSocket): Prefix[] {
  const header = Buffer.alloc(12)
  header[0] = AF_UNSPEC
  const found: Prefix[] = []
  for (const { body } of socket.dump(RTM_GETROUTE, [header])) {
    const bits = body[1] ?? 0
    if (body[0] !== AF_INET || bits === 0 || body[7] !== RTN_UNICAST) continue
    for (const { type, data } of decodeAttributes(body.subarray(12))) {
      if (type === RTA_DST) found.push({ address: data.readUInt32BE(0), bits })
    }
  }
  return found
}

/** Index of the link that the first IPv4 default route leads over. */
export function defaultRouteLink(socket: RouteSocket): number | undefined {
  const header = Buffer.alloc(12)
  header[0] = AF_INET
  for (const { body } of socket.dump(RTM_GETROUTE, [header])) {
    if (body[0] !== AF_INET || body[1] !== 0 || body[7] !== RTN_UNICAST) continue
    for (const { type, data } of decodeAttributes(body.subarray(12))) if (type === RTA_OIF) return data.readUInt32LE(0)
  }
  return undefined
}

export function ipv4Bytes(address: Ipv4): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(address)
  return bytes
}
