import type { Waiting } from '#client'
import { REFUSED } from '../failure.ts'
import { describe } from '../program/describe.ts'

/** The exit code of a container that is waited for; 125, and a line that says why, where it cannot be had. */
export async function exitCodeOf(waiting: Waiting, tell: (problem: string) => void): Promise<number> {
  try {
    const { StatusCode: code, Error: error } = await waiting.exit
    if (error === undefined || error === null) return code
    tell(`Error waiting for container: ${error.Message ?? ''}`)
  } catch (error) {
    tell(`error waiting for container: ${describe(error)}`)
  }
  return REFUSED
}
