import { closeSync } from 'node:fs'
import { checked, recv, send, socket } from './ffi.ts'
import { decodeAttributes, decodeMessages, encodeMessage, NLM_F_REQUEST, NLMSG_ERROR } from './netlink/message.ts'

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0x80000
const NETLINK_NETFILTER = 12
/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN */
const GET_GENERATION = (10 << 8) | 16
const NFTA_GEN_ID = 1
const HEADER_BYTES = 4

/**
 * The number of the current nftables ruleset, which changes with every change that anybody makes to it; undefined
 * where the kernel has no nftables. Cheap enough to ask before every start of a container.
 */
export function rulesetGeneration(): number | undefined {
  const fd = checked(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), 'socket netlink')
  try {
    const question = encodeMessage(GET_GENERATION, NLM_F_REQUEST, 1, [Buffer.alloc(HEADER_BYTES)])
    if (send(fd, question, question.length, 0) < 0) return undefined
    const answer = Buffer.alloc(4096)
    const length = checked(Number(recv(fd, answer, answer.length, 0)), 'netlink receive')
    for (const message of decodeMessages(answer.subarray(0, length))) {
      if (message.type === NLMSG_ERROR) return undefined
      for (const { type, data } of decodeAttributes(message.body.subarray(HEADER_BYTES))) {
        if (type === NFTA_GEN_ID) return data.readUInt32BE(0)
      }
    }
    return undefined
  } finally {
    closeSync(fd)
  }
}
