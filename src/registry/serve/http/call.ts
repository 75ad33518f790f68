import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '#lib/log'
import type { Access } from '../auth/access.ts'
import type { Registry } from '../registry.ts'

/** One request on its way through a route. */
export interface Call {
  readonly registry: Registry
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly query: URLSearchParams
  /** Aborted when the client goes. */
  readonly signal: AbortSignal
  readonly log: Logger
  readonly access: Access
}

/** The one value of a header; undefined where it is missing. Node joins or drops repeated ones. */
export function header(call: Call, name: string): string | undefined {
  const value = call.request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
