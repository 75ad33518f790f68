import type { IncomingMessage } from 'node:http'
import {
  Conflict,
  DeadlineExceeded,
  Forbidden,
  GantryError,
  InvalidArgument,
  NoSpace,
  NotFound,
  NotImplemented,
  NotModified,
  SystemError,
  Unauthorized,
  Unavailable,
} from '#lib/errors'
import { readText } from './body.ts'

/** How much of a refusal is read. */
const REFUSAL_BYTES_MAX = 1024 * 1024

/** The cause of every error that the engine itself answered with. */
export class EngineRefusal extends Error {
  readonly status: number

  constructor(status: number, request: string) {
    super(`${request} was answered with status ${status}`)
    this.name = 'EngineRefusal'
    this.status = status
  }
}

/**
 * Whether the engine refused, as opposed to not being reached. Commands print such an error as `Error response from
 * daemon: ` and its message.
 */
export function isEngineRefusal(error: unknown): error is GantryError {
  return error instanceof GantryError && error.cause instanceof EngineRefusal
}

/** Reads the answer to `request` (method and path, for people) and makes its error by status, in the engine's words. */
export async function answerError(response: IncomingMessage, request: string): Promise<GantryError> {
  const status = response.statusCode ?? 0
  const text = await readText(response, REFUSAL_BYTES_MAX)
  return errorOf(status, message(response, text, request), new EngineRefusal(status, request))
}

function message(response: IncomingMessage, text: string, request: string): string {
  const said = response.headers['content-type']?.startsWith('application/json') ? jsonMessage(text) : text.trim()
  if (said !== undefined && said !== '') return said
  const status = `${response.statusCode} ${response.statusMessage ?? ''}`.trim()
  return `request returned ${status} for API route and version ${request}, check if the server supports the requested API version`
}

function jsonMessage(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null || !('message' in body)) return undefined
    return typeof body.message === 'string' ? body.message.trim() : undefined
  } catch {
    return text.trim()
  }
}

/** The error that the engine's own error became on its way through HTTP. */
export function errorOf(status: number, text: string, cause: unknown): GantryError {
  const details = { cause }
  switch (status) {
    case 304:
      return new NotModified(text, details)
    case 401:
      return new Unauthorized(text, details)
    case 403:
      return new Forbidden(text, details)
    case 404:
      return new NotFound(text, details)
    case 408:
    case 504:
      return new DeadlineExceeded(text, details)
    case 409:
      return new Conflict(text, details)
    case 501:
      return new NotImplemented(text, details)
    case 503:
      return new Unavailable(text, details)
    case 507:
      return new NoSpace(text, details)
    default:
      return status >= 400 && status < 500 ? new InvalidArgument(text, details) : new SystemError(text, details)
  }
}
