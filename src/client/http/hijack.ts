import type { Readable, Writable } from 'node:stream'
import { FrameDecoder, MULTIPLEXED_STREAM, RAW_STREAM } from '#api'
import { brokenAnswer } from './connect-error.ts'
import type { Upgraded } from './transport.ts'

/** Output of a container or exec. */
export interface OutputStream {
  readonly output: Readable
  /**
   * Whether stdout and stderr come framed in `output`; undefined where the engine does not say (before API 1.42): then
   * they do unless the container has a terminal.
   */
  readonly framed: boolean | undefined
}

/** A connection that became the standard streams of a process. */
export interface Hijacked extends OutputStream, Disposable {
  readonly input: Writable
  /** Says that no more input comes; output goes on. */
  closeInput(): void
}

export function framedBy(contentType: string | undefined): boolean | undefined {
  if (contentType === MULTIPLEXED_STREAM) return true
  return contentType === RAW_STREAM ? false : undefined
}

/** Engines that do not know of upgrades answer 200 and turn the connection all the same. */
export function hijacked(upgraded: Upgraded, framed: boolean | undefined): Hijacked {
  const { response } = upgraded
  const socket = upgraded.socket ?? response.socket
  // Whoever reads or writes sees the error too; this only keeps it from ending the process where nobody does.
  socket.on('error', () => {})
  return {
    output: upgraded.socket ?? response,
    input: socket,
    framed,
    closeInput: () => void socket.end(),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

export interface OutputSinks {
  readonly stdout: Writable
  readonly stderr: Writable
}

/**
 * Copies output to where it belongs until it ends; with `framed` false all of it to stdout. It reads no faster than
 * the sinks take, and ends no sink.
 */
export async function copyOutput(output: Readable, framed: boolean, sinks: OutputSinks): Promise<void> {
  const decoder = new FrameDecoder()
  for await (const chunk of chunksOf(output)) {
    const pieces = framed ? decoder.push(chunk) : [{ stream: 'stdout' as const, data: chunk }]
    for (const { stream, data } of pieces) await write(stream === 'stderr' ? sinks.stderr : sinks.stdout, data)
  }
}

async function* chunksOf(output: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* output as AsyncIterable<Buffer>
  } catch (error) {
    throw brokenAnswer(error)
  }
}

async function write(sink: Writable, data: Buffer): Promise<void> {
  if (sink.destroyed) throw new Error('the output was closed')
  if (sink.write(data)) return
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: Error | null): void => {
      sink.off('drain', settle).off('close', closed).off('error', settle)
      if (error instanceof Error) reject(error)
      else resolve()
    }
    const closed = (): void => settle(new Error('the output was closed'))
    sink.on('drain', settle).on('close', closed).on('error', settle)
  })
}
