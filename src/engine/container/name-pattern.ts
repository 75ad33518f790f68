import { setFlagsFromString } from 'node:v8'

/**
 * A test for names from a pattern of a client's: a regular expression, as with Docker. It runs in time linear to its
 * input, as Go's do; a backtracking one would let one request stop the daemon for good (SAFETY S65). What is no
 * expression, or none that can be run so, is looked for as it stands.
 */
export function nameTest(pattern: string): (name: string) => boolean {
  setFlagsFromString('--enable-experimental-regexp-engine') // It is what makes the flag `l` known.
  try {
    const expression = new RegExp(pattern, 'l')
    return name => expression.test(name) || expression.test(`/${name}`)
  } catch {
    return name => name.includes(pattern)
  }
}
