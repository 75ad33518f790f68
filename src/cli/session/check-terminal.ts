import { Failure } from '../failure.ts'
import type { Input } from '../io/streams.ts'

/** A container with a terminal wants its input from one. @throws Failure in Docker's words */
export function checkTerminal(input: Input, attachesInput: boolean, hasTerminal: boolean): void {
  if (attachesInput && hasTerminal && !input.isTerminal) throw new Failure('the input device is not a TTY')
}
