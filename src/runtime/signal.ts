import { InvalidArgument } from '#lib/errors'
import { signalNumber } from '#linux'

/** A signal's number from any form that `docker kill` takes. @throws InvalidArgument in Docker's words */
export function parseSignal(text: string): number {
  const number = signalNumber(text)
  if (number === undefined) throw new InvalidArgument(`invalid signal: ${text}`)
  return number
}
