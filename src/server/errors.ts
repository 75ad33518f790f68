import { type ErrorKind, errorText, firstFailure, GantryError } from '#lib/errors'

/** The one table from meanings to HTTP. */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  'invalid-argument': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'not-modified': 304,
  cancelled: 499,
  system: 500,
  'data-corrupt': 500,
  'not-implemented': 501,
  unavailable: 503,
  deadline: 504,
  'no-space': 507,
}

export interface WireError {
  readonly status: number
  readonly message: string
}

/** What a client is told of a thrown value. */
export function wireError(thrown: unknown): WireError {
  const error = firstFailure(thrown)
  if (error instanceof GantryError) return { status: STATUS[error.kind], message: error.text }
  return { status: 500, message: errorText(error) }
}
