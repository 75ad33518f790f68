import { InvalidArgument } from '#lib/errors'

/** An error of a template with the words that Docker's command line puts before it. */
export function templateError(error: InvalidArgument): InvalidArgument {
  const fix = error.fix === undefined ? {} : { fix: error.fix }
  return new InvalidArgument(`template parsing error: ${error.message}`, { ...fix, cause: error })
}

/** Runs `body`, whose only InvalidArguments are those of templates. */
export function withTemplateErrors<T>(body: () => T): T {
  try {
    return body()
  } catch (error) {
    throw error instanceof InvalidArgument ? templateError(error) : error
  }
}
