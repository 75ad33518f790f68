import { createInterface } from 'node:readline'
import { Failure } from '../failure.ts'
import type { Context } from '../program/context.ts'

/** Asks on the terminal, or whatever stdin is; the end of it and Ctrl-C are a no. @throws Failure in Docker's words */
export async function confirm({ streams, interrupts }: Context, warning: string, what: string): Promise<void> {
  streams.out.write(`${warning}\nAre you sure you want to continue? [y/N] `)
  const lines = createInterface({ input: streams.in.raw, signal: interrupts.signal })
  try {
    for await (const line of lines) {
      if (line.trim().toLowerCase() === 'y') return
      break
    }
  } finally {
    lines.close()
  }
  throw new Failure(`${what} has been cancelled`)
}
