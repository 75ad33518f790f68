/**
 * What went wrong inside a template, in Go's words but still without the place. The executor and the parser catch it
 * and throw InvalidArgument with the place; it never leaves this room.
 */
export class GoError extends Error {
  readonly fix: string | undefined

  constructor(message: string, fix?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'GoError'
    this.fix = fix
  }
}
