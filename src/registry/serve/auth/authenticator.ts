import type { IncomingMessage } from 'node:http'

/** Decides who may use a registry; whoever may, may use all of it. */
export interface Authenticator {
  /** @throws Refusal UNAUTHORIZED with a challenge */
  check(request: IncomingMessage): Promise<void>
}
