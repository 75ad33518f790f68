import type { IncomingMessage } from 'node:http'

/** Decides who somebody is. */
export interface Authenticator {
  /** The name of the user who asks. @throws Refusal UNAUTHORIZED with a challenge */
  check(request: IncomingMessage): Promise<string>
}
