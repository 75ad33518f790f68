import { setImmediate as nextTurn } from 'node:timers/promises'
import { InvalidArgument } from '#lib/errors'
import { RegistryUnavailable } from './failure.ts'
import type { HttpResponse } from './http.ts'
import { requestText, transportError } from './http-error.ts'
import { STALL_BYTES, type Timing } from './timing.ts'

/** Bytes after which everybody else on this thread has a turn: a fast registry always has more. */
const TURN_BYTES = 256 * 1024

/**
 * The chunks of a body. One that stops coming, or drips, is given up; the time that the caller takes between chunks does
 * not count. Leaving the loop early closes the connection.
 */
export async function* bodyChunks(
  response: HttpResponse,
  timing: Timing,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const { body, url } = response
  const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]()
  let waited = 0
  let seen = 0
  let complete = false
  let turn = 0
  try {
    for (;;) {
      if (turn >= TURN_BYTES) {
        turn = 0
        await nextTurn()
      }
      const start = timing.now()
      const stalled = setTimeout(() => body.destroy(stall(url, timing)), timing.stall - waited)
      const next = await chunks.next().finally(() => clearTimeout(stalled))
      if (next.done) {
        complete = true
        return
      }
      waited += timing.now() - start
      seen += next.value.length
      turn += next.value.length
      if (seen >= STALL_BYTES) {
        waited = 0
        seen = 0
      }
      yield next.value
    }
  } catch (error) {
    throw transportError(error, 'GET', url, signal)
  } finally {
    // What is left is not wanted: the connection goes with it.
    if (!complete) body.on('error', () => {}).destroy()
  }
}

/** A small body. @throws InvalidArgument where it has more than `limit` bytes. */
export async function readBody(
  response: HttpResponse,
  limit: number,
  timing: Timing,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bodyChunks(response, timing, signal)) {
    size += chunk.length
    if (size > limit) {
      throw new InvalidArgument(`${requestText('GET', response.url)}: the answer is longer than ${limit} bytes`, {
        fix: 'this is no registry, or one that means harm',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Lets the connection be used again without looking at the rest of the answer. */
export async function discard({ body }: HttpResponse): Promise<void> {
  await body.dump({ limit: 64 * 1024 }).catch(() => {})
}

function stall(url: URL, timing: Timing): RegistryUnavailable {
  const text = `no progress for ${timing.stall / 1000} seconds`
  return new RegistryUnavailable('broken', `${requestText('GET', url)}: ${text}`, {
    fix: 'the registry or the way there is too slow',
  })
}
