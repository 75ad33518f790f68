import type { Socket } from 'node:net'
import type { AttachRequest, TaskIo } from '../task.ts'
import { AttachClient, FRAME_HEADER_BYTES, writeFrameHeader } from './attach-client.ts'
import type { OutputStream } from './json-lines.ts'
import type { TaskLog } from './log.ts'
import type { OutputSource } from './output-source.ts'
import type { SegmentPool } from './segments.ts'
import { noStdin, type StdinSink } from './stdin-pipe.ts'

const STREAM_NUMBER: Readonly<Record<OutputStream, number>> = { stdout: 1, stderr: 2 }

interface Sink {
  readonly isFull: boolean
  room(): Promise<void>
}

interface Attached {
  readonly client: AttachClient
  readonly request: AttachRequest
}

/**
 * The meeting point of a task's streams: whatever it prints goes to its log and to every attached reader; whatever
 * attached clients write goes to its input. It is there before the task starts and closes when the task's output ends.
 */
export class Stdio {
  readonly io: TaskIo
  readonly #log: TaskLog
  readonly #spillFolder: string
  readonly #segments: SegmentPool
  readonly #attached = new Set<Attached>()
  readonly #onStdinEnd: () => void
  readonly #waitsForReaders: boolean
  #sources: OutputSource[] = []
  /** Undefined until the task starts: what clients write waits in their connections. */
  #stdin: StdinSink | undefined
  #stdinEnded = false
  /** Clients whose input waits for the task to start, or to read. */
  #inputWaiting: (() => void)[] = []
  #isPaused = false

  constructor(options: {
    readonly io: TaskIo
    readonly log: TaskLog
    /** On the disk of the data root: readers that are too slow are buffered there. */
    readonly spillFolder: string
    /** Memory for what is under way to readers. */
    readonly segments: SegmentPool
    readonly onStdinEnd: () => void
    /** A reader that is too slow holds the task up, instead of being let go. */
    readonly waitsForReaders: boolean
  }) {
    this.io = options.io
    this.#log = options.log
    this.#spillFolder = options.spillFolder
    this.#segments = options.segments
    this.#onStdinEnd = options.onStdinEnd
    this.#waitsForReaders = options.waitsForReaders
    if (!options.io.openStdin) this.#stdin = noStdin
  }

  get clientCount(): number {
    return this.#attached.size
  }

  connectStdin(sink: StdinSink): void {
    this.#stdin = sink
    sink.onDrain(() => this.#wakeInput())
    this.#wakeInput()
    if (this.#stdinEnded) sink.end()
  }

  connectSources(sources: OutputSource[]): void {
    this.#log.open()
    this.#sources = sources
  }

  /** Takes a chunk of output, which is only lent. */
  output(stream: OutputStream, chunk: Buffer): void {
    this.#log.write(stream, chunk)
    this.#fanOut(stream, chunk)
    const full = this.#fullSinks()
    if (full.length > 0 && !this.#isPaused) this.#pauseFor(full)
  }

  /** Joins a client; `head` is what came on its connection behind the request. */
  attach(socket: Socket, request: AttachRequest, head: Buffer): void {
    const client = new AttachClient(socket, {
      framed: !this.io.terminal,
      spillFolder: this.#waitsForReaders ? undefined : this.#spillFolder,
    })
    const attached = { client, request }
    this.#attached.add(attached)
    socket.on('error', () => {}) // The close that follows tells.
    socket.once('close', () => {
      this.#attached.delete(attached)
      if (request.stdin && this.#endsWithClient) this.endStdin()
    })
    if (request.stdin) this.#readInput(socket, client, head)
    else socket.resume()
  }

  endStdin(): void {
    if (this.#stdinEnded) return
    this.#stdinEnded = true
    this.#stdin?.end()
    this.#onStdinEnd()
  }

  /** Everything the task wrote is read by now: closes the log and lets readers finish. */
  async finish(): Promise<void> {
    for (const source of this.#sources) {
      source.drain()
      source.close()
    }
    this.#sources = []
    this.#stdin?.close()
    this.#stdin = noStdin
    this.#wakeInput()
    await this.#log.close()
    this.release()
  }

  /** Lets all readers go once they have read what is queued for them. */
  release(): void {
    for (const { client } of this.#attached) client.end()
  }

  /** One copy for all readers, used again when the last of them has it. */
  #fanOut(stream: OutputStream, chunk: Buffer): void {
    const readers = [...this.#attached].filter(({ request }) => request[stream])
    if (readers.length === 0) return
    const header = this.io.terminal ? 0 : FRAME_HEADER_BYTES
    const segment = this.#segments.take(header + chunk.length)
    const bytes = segment.bytes.subarray(0, header + chunk.length)
    if (header > 0) writeFrameHeader(bytes, STREAM_NUMBER[stream], chunk.length)
    bytes.set(chunk, header)
    let users = readers.length
    const done = () => {
      if (--users === 0) this.#segments.give(segment)
    }
    for (const { client } of readers) client.send(bytes, done)
  }

  /** A terminal's input never ends: another client may come. */
  get #endsWithClient(): boolean {
    return this.io.stdinOnce && !this.io.terminal
  }

  #readInput(socket: Socket, client: AttachClient, head: Buffer): void {
    const write = (bytes: Buffer) => {
      if (this.#stdin?.write(bytes) !== false) return
      socket.pause()
      this.#inputWaiting.push(() => socket.resume())
    }
    const begin = () => {
      if (head.length > 0) write(head)
      socket.on('data', write)
      socket.once('end', () => {
        // As with Docker, a client whose end of input is not the task's has said that it is done.
        if (this.#endsWithClient) this.endStdin()
        else client.end()
      })
      socket.resume()
    }
    if (this.#stdin === undefined) this.#inputWaiting.push(begin)
    else begin()
  }

  #wakeInput(): void {
    const waiting = this.#inputWaiting
    this.#inputWaiting = []
    for (const wake of waiting) wake()
  }

  /** Where output cannot go as fast as it comes, because a disk is slower. */
  #fullSinks(): Sink[] {
    const full: Sink[] = this.#log.isFull ? [this.#log] : []
    for (const { client } of this.#attached) if (client.isFull) full.push(client)
    return full
  }

  #pauseFor(sinks: readonly Sink[]): void {
    this.#isPaused = true
    for (const source of this.#sources) source.pause()
    void Promise.all(sinks.map(sink => sink.room())).then(() => {
      this.#isPaused = false
      for (const source of this.#sources) source.resume()
    })
  }
}
