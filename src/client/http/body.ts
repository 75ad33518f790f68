import type { Readable } from 'node:stream'
import { DataCorrupt } from '#lib/errors'

/** The largest answer that is held in memory: some 100,000 containers. */
export const ANSWER_BYTES_MAX = 256 * 1024 * 1024
/** The longest line of a stream of JSON. */
const LINE_BYTES_MAX = 16 * 1024 * 1024

const NEWLINE = 0x0a

/** @throws DataCorrupt where the stream holds more than `maxBytes`. */
export async function readText(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new DataCorrupt(`the engine answered with more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The lines of a stream that are not empty, each as it arrives, without their ends. */
export async function* readLines(stream: Readable): AsyncGenerator<string, void, undefined> {
  let kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...kept, chunk.subarray(start, end)])
        .toString()
        .trim()
      kept = []
      bytes = 0
      start = end + 1
      if (line !== '') yield line
    }
    kept.push(chunk.subarray(start))
    bytes += chunk.length - start
    if (bytes > LINE_BYTES_MAX) throw new DataCorrupt(`the engine sent a line of more than ${LINE_BYTES_MAX} bytes`)
  }
  const last = Buffer.concat(kept).toString().trim()
  if (last !== '') yield last
}

/**
 * Parses what the engine wrote; its types are taken at its word.
 * @throws DataCorrupt
 */
export function parseAnswer<T>(text: string, reviver?: (key: string, value: unknown, source: string) => unknown): T {
  try {
    if (reviver === undefined) return JSON.parse(text) as T
    return JSON.parse(text, (key, value, context?: { source?: string }) =>
      reviver(key, value, context?.source ?? ''),
    ) as T
  } catch (cause) {
    throw new DataCorrupt('the engine answered with JSON that does not parse', { cause })
  }
}
