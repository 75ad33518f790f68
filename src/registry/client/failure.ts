import { type ErrorDetails, Unavailable } from '#lib/errors'

/**
 * Why the same request may succeed later: no connection, a broken or stalled exchange, or a server that is busy.
 * `endpoint` is for the scheme or the host itself being wrong, where only another endpoint can help.
 */
export type Trouble = 'connect' | 'broken' | 'busy' | 'endpoint'

/** A failure that need not be the last word. */
export class RegistryUnavailable extends Unavailable {
  readonly trouble: Trouble
  /** Milliseconds that the server asked to wait. */
  readonly retryAfter: number | undefined

  constructor(trouble: Trouble, message: string, details: ErrorDetails & { readonly retryAfter?: number } = {}) {
    super(message, details)
    this.trouble = trouble
    this.retryAfter = details.retryAfter
  }
}
