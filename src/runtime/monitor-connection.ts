import { connect, type Socket } from 'node:net'
import { Conflict, GantryError, NotFound, SystemError, Unavailable, unreachable } from '#lib/errors'
import {
  encodeLine,
  JsonLineReader,
  type MonitorEvent,
  type MonitorMessage,
  type MonitorRequest,
  type MonitorResult,
  REQUEST_SINCE,
  type WireError,
} from './monitor/protocol.ts'

/** The OCI runtime's own words, for the caller to give them their meaning. */
export class RuntimeWords extends GantryError {
  constructor(message: string) {
    super('system', message)
  }
}

/** @throws the socket's error: ENOENT or ECONNREFUSED where no monitor listens */
export function connectSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => {}) // The close that follows tells.
      resolve(socket)
    })
  })
}

export function errorOf(wire: WireError): GantryError {
  switch (wire.reason) {
    case 'runtime':
      return new RuntimeWords(wire.message)
    case 'not-found':
      return new NotFound(wire.message)
    case 'conflict':
      return new Conflict(wire.message)
    case 'system':
      return new SystemError(wire.message)
    default:
      return unreachable(wire.reason)
  }
}

function tooOld(op: MonitorRequest['op']): Unavailable {
  return new Unavailable(`the monitor is of an earlier version, which cannot ${op}`, {
    fix: 'stop all containers and restart the daemon, which then starts a monitor of its own version',
  })
}

/** One control connection: numbered requests, their answers in any order, and events. */
export class MonitorConnection {
  readonly #socket: Socket
  readonly #reader = new JsonLineReader()
  readonly #waiting = new Map<number, PromiseWithResolvers<MonitorResult>>()
  readonly #onEvent: (event: MonitorEvent) => void
  #sequence = 0
  /** The version that both ends speak; that of the first monitors until they have agreed on one. */
  #version = 1
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>

  private constructor(socket: Socket, onEvent: (event: MonitorEvent) => void) {
    this.#socket = socket
    this.#onEvent = onEvent
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.once('end', () => socket.end())
    socket.once('close', () => {
      const lost = new Unavailable('the monitor went away before it answered', { fix: 'try again' })
      for (const { reject } of this.#waiting.values()) reject(lost)
      this.#waiting.clear()
      resolve()
    })
  }

  static async open(path: string, onEvent: (event: MonitorEvent) => void): Promise<MonitorConnection> {
    return new MonitorConnection(await connectSocket(path), onEvent)
  }

  speak(version: number): void {
    this.#version = version
  }

  /** @throws Unavailable where the monitor is too old for a request */
  require(op: MonitorRequest['op']): void {
    if (REQUEST_SINCE[op] > this.#version) throw tooOld(op)
  }

  request(request: MonitorRequest): Promise<MonitorResult> {
    if (REQUEST_SINCE[request.op] > this.#version) return Promise.reject(tooOld(request.op))
    const seq = ++this.#sequence
    const answer = Promise.withResolvers<MonitorResult>()
    if (this.#socket.destroyed) {
      answer.reject(new Unavailable('the monitor is gone', { fix: 'try again' }))
      return answer.promise
    }
    this.#waiting.set(seq, answer)
    this.#socket.write(encodeLine({ ...request, seq }))
    return answer.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    this.#reader.push(chunk)
    for (let line = this.#reader.next(); line !== undefined; line = this.#reader.next()) {
      const message = line as MonitorMessage
      if ('event' in message) {
        this.#onEvent(message)
        continue
      }
      const waiting = this.#waiting.get(message.seq)
      this.#waiting.delete(message.seq)
      if ('ok' in message) waiting?.resolve(message.ok)
      else waiting?.reject(errorOf(message.error))
    }
  }
}
