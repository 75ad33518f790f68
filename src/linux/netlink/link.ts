import { closeSync, constants, openSync } from 'node:fs'
import { SyscallError } from '../errno.ts'
import { attribute, decodeAttributes, decodeText, NLM_F_CREATE, NLM_F_EXCL, nested, text, uint32 } from './message.ts'
import type { Change, RouteSocket } from './socket.ts'

const RTM_NEWLINK = 16
const RTM_DELLINK = 17
const RTM_GETLINK = 18

const IFLA_ADDRESS = 1
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_MASTER = 10
const IFLA_LINKINFO = 18
const IFLA_NET_NS_FD = 28
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const VETH_INFO_PEER = 1

const IFF_UP = 1

/** The loopback link's index in every network namespace. */
export const LOOPBACK_INDEX = 1
/** The index that the one veth of a fresh network namespace is given. */
export const FIRST_LINK_INDEX = 2

export interface Link {
  readonly index: number
  readonly name: string
  readonly kind: string | undefined
  readonly master: number | undefined
  readonly up: boolean
  readonly mtu: number
}

export interface VethPair {
  readonly hostName: string
  /** Index of the bridge that the host end joins. */
  readonly bridge: number
  readonly mtu: number
  readonly peer: {
    readonly name: string
    /** Where the network namespace of the other end is pinned. */
    readonly namespace: string
    readonly mac: string
  }
}

/** Makes a bridge and switches it on. @throws SyscallError EEXIST where the name is taken. */
export function createBridge(socket: RouteSocket, name: string, mtu: number, mac: string): void {
  socket.change({
    what: `create bridge ${name}`,
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    parts: [
      linkHeader(0, IFF_UP, IFF_UP),
      text(IFLA_IFNAME, name),
      uint32(IFLA_MTU, mtu),
      attribute(IFLA_ADDRESS, macBytes(mac)),
      nested(IFLA_LINKINFO, text(IFLA_INFO_KIND, 'bridge')),
    ],
  })
}

/**
 * Makes a veth pair: one end in this namespace, up and in the bridge; the other, still down, in the peer's namespace
 * under index FIRST_LINK_INDEX. See veth(4).
 */
export function createVeth(socket: RouteSocket, pair: VethPair): void {
  const namespace = openSync(pair.peer.namespace, constants.O_RDONLY)
  try {
    socket.change({
      what: `create veth ${pair.hostName}`,
      type: RTM_NEWLINK,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      parts: [
        linkHeader(0, IFF_UP, IFF_UP),
        text(IFLA_IFNAME, pair.hostName),
        uint32(IFLA_MTU, pair.mtu),
        uint32(IFLA_MASTER, pair.bridge),
        nested(
          IFLA_LINKINFO,
          text(IFLA_INFO_KIND, 'veth'),
          nested(
            IFLA_INFO_DATA,
            nested(
              VETH_INFO_PEER,
              linkHeader(FIRST_LINK_INDEX, 0, 0),
              text(IFLA_IFNAME, pair.peer.name),
              uint32(IFLA_MTU, pair.mtu),
              attribute(IFLA_ADDRESS, macBytes(pair.peer.mac)),
              uint32(IFLA_NET_NS_FD, namespace),
            ),
          ),
        ),
      ],
    })
  } finally {
    closeSync(namespace)
  }
}

export function linkUp(index: number): Change {
  return { what: `set link ${index} up`, type: RTM_NEWLINK, parts: [linkHeader(index, IFF_UP, IFF_UP)] }
}

/** Deletes a link by name; a veth's other end goes with it. False where there is none. */
export function deleteLink(socket: RouteSocket, name: string): boolean {
  try {
    socket.change({
      what: `delete link ${name}`,
      type: RTM_DELLINK,
      parts: [linkHeader(0, 0, 0), text(IFLA_IFNAME, name)],
    })
    return true
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ENODEV') return false
    throw error
  }
}

export function links(socket: RouteSocket): Link[] {
  return socket.dump(RTM_GETLINK, [linkHeader(0, 0, 0)]).map(message => decodeLink(message.body))
}

export function linkByName(socket: RouteSocket, name: string): Link | undefined {
  return links(socket).find(link => link.name === name)
}

function decodeLink(body: Buffer): Link {
  let name = ''
  let kind: string | undefined
  let master: number | undefined
  let mtu = 0
  for (const { type, data } of decodeAttributes(body.subarray(16))) {
    if (type === IFLA_IFNAME) name = decodeText(data)
    else if (type === IFLA_MASTER) master = data.readUInt32LE(0)
    else if (type === IFLA_MTU) mtu = data.readUInt32LE(0)
    else if (type === IFLA_LINKINFO) {
      for (const info of decodeAttributes(data)) if (info.type === IFLA_INFO_KIND) kind = decodeText(info.data)
    }
  }
  return { index: body.readInt32LE(4), name, kind, master, up: (body.readUInt32LE(8) & IFF_UP) !== 0, mtu }
}

/** struct ifinfomsg of rtnetlink(7). */
function linkHeader(index: number, flags: number, change: number): Buffer {
  const header = Buffer.alloc(16)
  header.writeInt32LE(index, 4)
  header.writeUInt32LE(flags, 8)
  header.writeUInt32LE(change, 12)
  return header
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex')
}
