import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Failure } from '../failure.ts'
import type { Streams } from './streams.ts'

/** Bytes of a secret that are read from standard input. */
const SECRET_BYTES_MAX = 64 * 1024

/** Asks a person at a terminal for a line; a hidden one is not shown as it is typed. @throws Failure at its end */
export async function ask(streams: Streams, question: string, { hidden }: { hidden: boolean }): Promise<string> {
  streams.out.write(question)
  const shown = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!hidden) streams.out.write(chunk.toString())
      done()
    },
  })
  using lines = createInterface({ input: streams.in.raw, output: shown, terminal: streams.in.isTerminal })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  lines.once('line', resolve)
  lines.once('close', () => reject(new Failure('login cancelled')))
  lines.once('SIGINT', () => lines.close())
  const line = await promise
  if (hidden) streams.out.write('\n')
  return line
}

/** All of standard input without the end of its line. @throws Failure where it is too long */
export async function readSecret(streams: Streams): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of streams.in.raw) {
    size += chunk.length
    if (size > SECRET_BYTES_MAX) throw new Failure(`standard input holds more than ${SECRET_BYTES_MAX} bytes`)
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/\r?\n$/, '')
}
