import type { ContainerAttachQuery } from '#api'
import type { Hijacked } from '#client'
import type { Connection, Context } from '../program/context.ts'
import { DetachWatch, parseDetachKeys } from './detach-keys.ts'
import { runSession, type SessionEnd } from './session.ts'
import { rawTerminal } from './terminal.ts'

export interface Attachment {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  /** Whether the container has a terminal. */
  readonly hasTerminal: boolean
  /** As config.json and flags spell them; empty for the usual ones. */
  readonly detachKeys: string
}

/** The keys that leave a container alone: a flag beats config.json. */
export function chosenDetachKeys(flag: string, { config }: Connection): string {
  return flag === '' ? (config.settings.detachKeys ?? '') : flag
}

/** Attaches to the streams of a container; the caller reads them with `talk`. */
export async function attachTo({ client }: Connection, container: string, wanted: Attachment): Promise<Hijacked> {
  const { stdin, stdout, stderr, detachKeys } = wanted
  const query: ContainerAttachQuery = {
    stream: true,
    stdin,
    stdout,
    stderr,
    ...(detachKeys === '' ? {} : { detachKeys }),
  }
  return await client.containers.attach(container, query)
}

/**
 * Joins our streams with those of the container until they end or the detach keys are typed. Our terminal is raw for
 * that time where the container has one of its own and gets our input.
 */
export async function talk(context: Context, hijacked: Hijacked, wanted: Attachment): Promise<SessionEnd> {
  const { streams, host } = context
  const { stdin, stdout, stderr, hasTerminal, detachKeys } = wanted
  const { keys, problem } = parseDetachKeys(detachKeys)
  const isRaw = stdin && hasTerminal && streams.in.isTerminal
  if (isRaw && problem !== undefined) streams.err.line(`WARNING: ${problem}`)
  using _terminal = isRaw ? await rawTerminal(streams.in, host) : undefined
  return await runSession(hijacked, {
    stdin: stdin ? streams.in.raw : undefined,
    stdout: stdout ? streams.out.raw : undefined,
    stderr: stderr ? (hasTerminal ? streams.out.raw : streams.err.raw) : undefined,
    hasTerminal,
    watch: isRaw ? new DetachWatch(keys) : undefined,
  })
}
