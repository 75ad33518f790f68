import { type Readable, Writable } from 'node:stream'
import { copyOutput, type Hijacked } from '#client'
import type { DetachWatch } from './detach-keys.ts'

export interface SessionStreams {
  /** Undefined where the container gets no input. */
  readonly stdin: Readable | undefined
  /** Undefined where output is not wanted. */
  readonly stdout: Writable | undefined
  readonly stderr: Writable | undefined
  readonly hasTerminal: boolean
  /** Watches the input for the keys that detach; undefined where they are not looked for. */
  readonly watch: DetachWatch | undefined
}

/** `ended`: the container closed its output, or nothing of it was wanted. `detached`: somebody typed the keys. */
export type SessionEnd = 'ended' | 'detached'

/**
 * Joins our streams with those of a container until its output ends or the keys for detaching are typed. The end of
 * our input is the end of its input; output goes on.
 */
export async function runSession(connection: Hijacked, streams: SessionStreams): Promise<SessionEnd> {
  const { stdin, stdout, stderr } = streams
  const detached = stdin === undefined ? NEVER : copyInput(stdin, connection, streams.watch)
  if (stdin === undefined) connection.closeInput()
  const ended = stdout === undefined && stderr === undefined ? waitEnd(connection) : copyAll(connection, streams)
  try {
    return await Promise.race([ended, detached])
  } finally {
    stdin?.pause()
  }
}

const NEVER = new Promise<never>(() => {})

async function copyAll(connection: Hijacked, { stdout, stderr, hasTerminal }: SessionStreams): Promise<SessionEnd> {
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })
  const sinks = { stdout: stdout ?? nowhere(), stderr: stderr ?? nowhere() }
  await copyOutput(connection.output, connection.framed ?? !hasTerminal, sinks)
  return 'ended'
}

async function waitEnd(connection: Hijacked): Promise<SessionEnd> {
  for await (const _ of connection.output);
  return 'ended'
}

/** Resolves only when the keys for detaching were typed. */
async function copyInput(stdin: Readable, connection: Hijacked, watch: DetachWatch | undefined): Promise<SessionEnd> {
  const { input } = connection
  for await (const chunk of untilLost(stdin)) {
    const { data, detached } = watch?.push(chunk) ?? { data: chunk, detached: false }
    if (data.length > 0 && !input.write(data)) await drained(input)
    if (detached) return 'detached'
  }
  connection.closeInput()
  return await NEVER
}

/** An input that cannot be read any more (a terminal that is gone) has ended. */
async function* untilLost(stdin: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* stdin as AsyncIterable<Buffer>
  } catch {
    // See above.
  }
}

/** Also when the connection is gone: then nobody wants the rest. */
function drained(input: Writable): Promise<void> {
  return new Promise(resolve => {
    const settle = (): void => {
      input.off('drain', settle).off('close', settle)
      resolve()
    }
    input.on('drain', settle).on('close', settle)
  })
}
