import { InvalidArgument } from '#lib/errors'
import { shortened } from './path.ts'

export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

const UINT32_MAX = 2 ** 32 - 1

/**
 * The size of a terminal from `h` and `w` of the two resize requests. Both must be given, and Docker's message for
 * them differs from that for every other integer.
 * @throws InvalidArgument
 */
export function readTerminalSize(query: URLSearchParams): TerminalSize {
  return { rows: readSide(query.get('h') ?? '', 'height'), columns: readSide(query.get('w') ?? '', 'width') }
}

function readSide(value: string, name: string): number {
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= 0 && number <= UINT32_MAX && !value.startsWith('-')) return number
  const reason = Number.isNaN(number) ? 'invalid syntax' : 'value out of range'
  throw new InvalidArgument(`invalid resize ${name} "${shortened(value)}": ${reason}`)
}
