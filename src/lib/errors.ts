/**
 * Errors by meaning. A room throws the kind that says what went wrong; one table in `server` turns kinds into HTTP
 * status codes and one in `cli` into exit codes. The message names the thing and the cause; `fix` says what the
 * person can do about it. Where Docker's clients match on words, the message is Docker's.
 */
export type ErrorKind =
  | 'invalid-argument'
  | 'not-found'
  | 'conflict'
  | 'not-modified'
  | 'unauthorized'
  | 'forbidden'
  | 'unavailable'
  | 'not-implemented'
  | 'cancelled'
  | 'deadline'
  | 'no-space'
  | 'data-corrupt'
  | 'system'

export interface ErrorDetails {
  /** One sentence: what to do about it. */
  readonly fix?: string
  readonly cause?: unknown
}

export class GantryError extends Error {
  readonly kind: ErrorKind
  readonly fix: string | undefined

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.kind = kind
    this.fix = details.fix
  }

  /** The one line that people and clients see. */
  get text(): string {
    return this.fix === undefined ? this.message : `${this.message}: ${this.fix}`
  }
}

export class InvalidArgument extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('invalid-argument', message, details)
  }
}

export class NotFound extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('not-found', message, details)
  }
}

export class Conflict extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('conflict', message, details)
  }
}

/** The wanted state is the present state already (HTTP 304). */
export class NotModified extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('not-modified', message, details)
  }
}

export class Unauthorized extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('unauthorized', message, details)
  }
}

export class Forbidden extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('forbidden', message, details)
  }
}

/** Something this work needs (a peer, a process, a device) does not answer now. */
export class Unavailable extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('unavailable', message, details)
  }
}

/** Known and understood, not done by this version. */
export class NotImplemented extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('not-implemented', message, details)
  }
}

export class Cancelled extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('cancelled', message, details)
  }
}

export class DeadlineExceeded extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('deadline', message, details)
  }
}

export class NoSpace extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('no-space', message, details)
  }
}

/** What is stored does not parse or does not match its digest. */
export class DataCorrupt extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('data-corrupt', message, details)
  }
}

export class SystemError extends GantryError {
  constructor(message: string, details?: ErrorDetails) {
    super('system', message, details)
  }
}

/** Puts what was being done before the message of an error that `body` throws; its meaning stays. */
export function within<T>(doing: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof GantryError)) throw error
    const details = error.fix === undefined ? { cause: error } : { fix: error.fix, cause: error }
    throw new GantryError(error.kind, `${doing}: ${error.message}`, details)
  }
}

/** The Node error code (`ENOENT`, ...) of `error`, if it carries one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The line to show for any thrown value. */
export function errorText(error: unknown): string {
  if (error instanceof SuppressedError) return errorText(firstFailure(error))
  if (error instanceof GantryError) return error.text
  return error instanceof Error ? error.message : String(error)
}

/** What went wrong first, where undoing it went wrong as well: the second failure follows from the first. */
export function firstFailure(error: unknown): unknown {
  return error instanceof SuppressedError ? firstFailure(error.suppressed) : error
}

/** Reaching this is a fault in the program: a union gained a member that a switch does not handle. */
export function unreachable(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
