import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Failure } from '../failure.ts'
import type { Context } from '../program/context.ts'
import type { Streams } from './streams.ts'

/** Bytes of a secret that are read from standard input. */
const SECRET_BYTES_MAX = 64 * 1024

/** As a program that SIGINT ends. */
const INTERRUPTED = 130

/**
 * Asks a person at a terminal for a line; a hidden one is not shown as it is typed. Ctrl-C ends the command.
 * @throws Failure where no line comes
 */
export async function ask(
  { streams, interrupts: { signal } }: Pick<Context, 'streams' | 'interrupts'>,
  question: string,
  { hidden }: { readonly hidden: boolean },
): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  // What is not hidden the terminal itself shows and corrects. For what is, it is told to keep silent before the
  // question is there: who answers at once would read the answer otherwise.
  const terminal = hidden && streams.in.isTerminal
  using lines = createInterface({ input: streams.in.raw, output, terminal, signal })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  lines.once('line', resolve)
  lines.once('SIGINT', () => reject(new Failure('', INTERRUPTED)))
  lines.once('close', () => reject(new Failure('login cancelled')))
  streams.out.write(question)
  try {
    const line = await promise
    if (hidden) streams.out.line('')
    return line
  } catch (error) {
    streams.out.line('')
    throw error
  }
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
