import { Readable } from 'node:stream'
import { errorText, InvalidArgument, SystemError, Unavailable } from '#lib/errors'

/** Characters of a refusal that are told. */
const REASON_CHARS = 512

/**
 * What is at an address, for an import. @throws InvalidArgument (no address), Unavailable, SystemError in Docker's words
 */
export async function fetchArchive(address: string, signal: AbortSignal): Promise<Readable> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidArgument(`cannot import from ${JSON.stringify(address)}: it is no address of http or https`, {
      fix: 'name an archive by http:// or https://, or send it along',
    })
  }
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    const reason = cause instanceof Error && cause.cause !== undefined ? errorText(cause.cause) : errorText(cause)
    throw new Unavailable(`failed to GET ${url.href}: ${reason}`, { cause })
  })
  if (response.ok && response.body !== null) return Readable.fromWeb(response.body)
  await response.body?.cancel()
  const reason = `${response.status} ${response.statusText}`.slice(0, REASON_CHARS)
  throw new SystemError(`failed to GET ${url.href} with status ${reason}`)
}
