import { isEngineRefusal } from '#client'
import { errorText } from '#lib/errors'

/** The line that says what went wrong: in the engine's words after Docker's prefix, or in ours. */
export function describe(error: unknown): string {
  return isEngineRefusal(error) ? `Error response from daemon: ${error.message}` : errorText(error)
}
