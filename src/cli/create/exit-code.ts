import { REFUSED } from '../failure.ts'

const NOT_EXECUTABLE = 126
const NOT_FOUND = 127

/** The exit code of a `run` that did not come to run: Docker tells by the text, as a shell would by errno. */
export function startExitCode(message: string): number {
  const notFound = ['executable file not found', 'no such file or directory', 'system cannot find the file specified']
  if (notFound.some(words => message.includes(words))) return NOT_FOUND
  return ['permission denied', 'is a directory'].some(words => message.includes(words)) ? NOT_EXECUTABLE : REFUSED
}
