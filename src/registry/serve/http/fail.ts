import { type ErrorKind, errorText, GantryError } from '#lib/errors'
import { readRest } from '#lib/read-rest'
import { Refusal, type RefusalCode } from '../refusal.ts'
import { sendJson } from './answer.ts'
import type { Call } from './call.ts'

/** The one place where errors get a status and a code of the protocol. */
const WIRE: Readonly<Record<ErrorKind, readonly [status: number, code: RefusalCode]>> = {
  'invalid-argument': [400, 'UNSUPPORTED'],
  'not-found': [404, 'UNKNOWN'],
  conflict: [409, 'BLOB_UPLOAD_INVALID'],
  'not-modified': [500, 'UNKNOWN'],
  unauthorized: [401, 'UNAUTHORIZED'],
  forbidden: [403, 'DENIED'],
  unavailable: [503, 'UNAVAILABLE'],
  'not-implemented': [501, 'UNSUPPORTED'],
  cancelled: [400, 'UNKNOWN'],
  deadline: [408, 'UNAVAILABLE'],
  'no-space': [507, 'UNAVAILABLE'],
  'data-corrupt': [500, 'UNKNOWN'],
  system: [500, 'UNKNOWN'],
}

/** Tells the client what is the matter; where an answer is under way already, breaks it off. */
export function fail(call: Call, error: unknown): void {
  const { response, log } = call
  const refusal = toRefusal(error)
  // Who has gone is told nothing, and it is no failure of ours.
  if (call.signal.aborted) log.debug('client went away', subject(call))
  else if (refusal.status >= 500) log.error('request failed', { ...subject(call), ...reasons(error) })
  else log.debug('request refused', { ...subject(call), status: refusal.status, error: refusal.text })
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  readRest(response)
  sendJson(response, refusal.status, errorsOf(refusal), refusal.headers)
}

export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  // What a fault in the program says is for the log.
  if (!(error instanceof GantryError)) return new Refusal(500, 'UNKNOWN', 'internal error: see the log of the registry')
  const [status, code] = WIRE[error.kind]
  return new Refusal(status, code, error.text, { cause: error })
}

function errorsOf({ code, text, detail }: Refusal) {
  return { errors: [{ code, message: text, ...(detail !== undefined && { detail }) }] }
}

function reasons(error: unknown) {
  const cause = error instanceof Error && error.cause !== undefined ? errorText(error.cause) : undefined
  return { error: errorText(error), cause }
}

function subject({ method, request }: Call) {
  return { method, path: request.url?.slice(0, 300) }
}
