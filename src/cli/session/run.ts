import type { Connection, Context } from '../program/context.ts'
import { type Attachment, attachTo, talk } from './attached.ts'
import { exitCodeOf } from './exit.ts'
import { forwardSignals } from './signals.ts'
import { followSize } from './terminal.ts'

export interface AttachedRun {
  readonly id: string
  /** Whether the engine removes the container at its end. */
  readonly isRemoved: boolean
  readonly forwardsSignals: boolean
  /** Starts the container. */
  begin(): Promise<unknown>
}

/** Starts a container that goes on by itself. Its id is printed before, as Docker does it. */
export async function runDetached(context: Context, id: string, begin: () => Promise<unknown>): Promise<number> {
  context.streams.out.line(id)
  await begin()
  return 0
}

/**
 * Starts a container and stays with it: attached before it starts, so that nothing of its output is lost, and waiting
 * for its end before it can come.
 * @returns its exit code; 0 where somebody detached from it
 */
export async function runAttached(
  context: Context,
  connection: Connection,
  attachment: Attachment,
  { id, isRemoved, forwardsSignals, begin }: AttachedRun,
): Promise<number> {
  const { client } = connection
  const { err, out } = context.streams
  using _held = context.interrupts.hold()
  const started = Promise.withResolvers<void>()
  using _signals = forwardsSignals ? forwardSignals(client, id, started.promise) : undefined
  using hijacked = await attachTo(connection, id, attachment)
  const waiting = await client.containers.wait(id, { condition: isRemoved ? 'removed' : 'next-exit' })
  const talking = talk(context, hijacked, attachment)
  talking.catch(() => {}) // looked at below, once the container has started
  try {
    await begin()
    started.resolve()
  } catch (error) {
    hijacked[Symbol.dispose]()
    await Promise.allSettled([talking, isRemoved ? waiting.exit : undefined])
    throw error
  }
  using _size =
    attachment.hasTerminal && out.isTerminal
      ? followSize(client.containers, id, out, problem => err.line(problem))
      : undefined
  if ((await talking) === 'detached') return 0
  return await exitCodeOf(waiting, problem => err.line(problem))
}
