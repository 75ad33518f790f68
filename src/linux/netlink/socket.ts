import { closeSync } from 'node:fs'
import { SyscallError } from '../errno.ts'
import { checked, recv, send, setsockopt, socket } from '../ffi.ts'
import { inNetworkNamespace } from '../namespaces.ts'
import {
  decodeMessages,
  encodeMessage,
  type Message,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './message.ts'

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0x80000
const NETLINK_ROUTE = 0
const SOL_SOCKET = 1
const SO_RCVTIMEO = 20
const RECEIVE_BYTES = 64 * 1024
const ANSWER_TIMEOUT_SECONDS = 5

/** One change asked of the kernel. */
export interface Change {
  /** What is being done, for the error message. */
  readonly what: string
  readonly type: number
  readonly flags?: number
  readonly parts: readonly Buffer[]
}

/**
 * A routing netlink socket, bound to the network namespace in which it was opened, whatever namespace the thread is
 * in later. The kernel answers within the call, so that everything here is synchronous.
 */
export class RouteSocket implements Disposable {
  readonly #fd: number
  readonly #buffer = Buffer.allocUnsafe(RECEIVE_BYTES)
  #sequence = 0

  constructor() {
    this.#fd = checked(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), 'socket netlink')
    const timeout = Buffer.alloc(16)
    timeout.writeBigInt64LE(BigInt(ANSWER_TIMEOUT_SECONDS), 0)
    checked(setsockopt(this.#fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.length), 'setsockopt netlink')
  }

  /**
   * Carries out changes one after the other, all sent in one call. The first refusal is thrown; the kernel has
   * tried the later ones as well by then, so that a batch must only hold changes that share one fate.
   */
  change(...changes: readonly Change[]): void {
    const first = this.#sequence + 1
    const messages = changes.map(({ type, flags = 0, parts }) =>
      encodeMessage(type, flags | NLM_F_REQUEST | NLM_F_ACK, ++this.#sequence, parts),
    )
    this.#send(Buffer.concat(messages))
    let refused: SyscallError | undefined
    let answers = 0
    while (answers < changes.length) {
      for (const message of this.#receive()) {
        if (message.type !== NLMSG_ERROR) continue
        answers++
        const errno = -message.body.readInt32LE(0)
        if (errno !== 0) refused ??= new SyscallError(errno, changes[message.sequence - first]?.what ?? 'netlink')
      }
    }
    if (refused !== undefined) throw refused
  }

  /** All objects of a kind. */
  dump(type: number, parts: readonly Buffer[]): Message[] {
    this.#send(encodeMessage(type, NLM_F_REQUEST | NLM_F_DUMP, ++this.#sequence, parts))
    const found: Message[] = []
    for (;;) {
      for (const message of this.#receive()) {
        if (message.type === NLMSG_DONE) return found
        if (message.type === NLMSG_ERROR) throw new SyscallError(-message.body.readInt32LE(0), 'netlink dump')
        found.push({ ...message, body: Buffer.from(message.body) })
      }
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }

  #send(data: Buffer): void {
    checked(Number(send(this.#fd, data, data.length, 0)), 'netlink send')
  }

  #receive(): Iterable<Message> {
    const length = checked(Number(recv(this.#fd, this.#buffer, this.#buffer.length, 0)), 'netlink receive')
    return decodeMessages(this.#buffer.subarray(0, length))
  }
}

/** A routing socket in the network namespace pinned at `path`. */
export function routeSocketIn(path: string): RouteSocket {
  return inNetworkNamespace(path, () => new RouteSocket())
}
