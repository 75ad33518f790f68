import { type Duplex, finished, type Readable, Transform } from 'node:stream'
import { FrameDecoder, frameHeader, RAW_STREAM, streamMediaType } from '#api'
import type { ExecRecord } from '#engine'
import type { Attachment, Backends } from '../backends.ts'
import { wireError } from '../errors.ts'
import type { ApiCall } from '../http/call.ts'
import { DetachKeys, parseDetachKeys } from './detach-keys.ts'

export interface AttachedOptions {
  /** What the client of the start says: raw output, or frames. That of the exec may be another. */
  readonly tty: boolean
  readonly consoleSize: readonly [number, number] | null
}

/**
 * Starts an exec with its streams on the client's connection, which ends when the exec's end is recorded: whoever asks
 * then is told the code. As with Docker, the connection is taken over before the start, and a refusal comes over it.
 */
export async function runAttached(
  execs: Backends['execs'],
  call: ApiCall,
  record: ExecRecord,
  { tty, consoleSize }: AttachedOptions,
): Promise<void> {
  const isUpgrade = call.headers.upgrade !== undefined
  const { socket } = call.hijack(isUpgrade ? streamMediaType({ tty, version: call.version }) : RAW_STREAM)
  let started: Awaited<ReturnType<Backends['execs']['start']>>
  try {
    started = await execs.start(record.id, { attach: true, consoleSize })
  } catch (error) {
    const words = Buffer.from(`${wireError(error).message}\r\n`)
    socket.end(tty ? words : Buffer.concat([frameHeader('stdout', words.length), words]))
    return
  }
  const { stream, ended } = started
  if (stream === undefined || socket.destroyed) {
    socket.destroy()
    stream?.destroy()
    return
  }
  socket.once('close', () => stream.destroy())
  const output = converted(stream.output, { from: record.tty, to: tty })
  output.pipe(socket, { end: false })
  // A command without output may have ended by now, and its `end` be told already: `finished` knows of that too.
  finished(output, { writable: false }, () => void ended.then(() => socket.end()))
  connectInput(execs, record, socket, stream)
}

function connectInput(execs: Backends['execs'], record: ExecRecord, socket: Duplex, stream: Attachment): void {
  if (!record.attachStdin) socket.resume()
  else if (!record.tty) socket.pipe(stream.input)
  else {
    const detach = new DetachKeys(parseDetachKeys(record.detachKeys))
    detach.once('detached', () => {
      execs.detached(record)
      stream.destroy()
      socket.end()
    })
    socket.pipe(detach).pipe(stream.input)
  }
}

/** Clients may ask for frames around a terminal's output, or for none around the others'. */
function converted(output: Readable, terminal: { readonly from: boolean; readonly to: boolean }): Readable {
  if (terminal.from === terminal.to) return output
  const converter = terminal.from ? framing() : unframing()
  finished(output, { writable: false }, error => void (error && converter.destroy()))
  return output.pipe(converter)
}

function framing(): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) =>
      done(null, Buffer.concat([frameHeader('stdout', chunk.length), chunk])),
  })
}

function unframing(): Transform {
  const decoder = new FrameDecoder()
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) =>
      done(null, Buffer.concat(decoder.push(chunk).map(piece => piece.data))),
  })
}
