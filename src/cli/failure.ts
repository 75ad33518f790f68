/** Exit code of everything that has none of its own. */
export const FAILED = 1
/** Exit code of a command line that cannot be understood, and of a container that could not be made. */
export const REFUSED = 125
/** Exit code of a template that does not parse, where Docker sets it apart. */
export const BAD_TEMPLATE = 64

/** Ends a command: `message` goes to stderr as it is (nothing where it is empty), `code` to the caller. */
export class Failure extends Error {
  readonly code: number

  constructor(message: string, code: number = FAILED, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Failure'
    this.code = code
  }
}
