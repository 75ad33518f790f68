import type { Json, PeerName } from './case.ts'
import type { Finding } from './compare.ts'

/** Why a difference is accepted. */
export type Why =
  /** Docker's newest version does as Gantry does, an older one did not. */
  | 'newer'
  /** Gantry is better or safer on purpose. */
  | 'deliberate'
  /** Gantry does not do it yet, and says so. */
  | 'missing'
  /** Of the OCI runtime, not of the engine: crun here, runc there. */
  | 'runtime'

/** What a difference may look like on one side. Left out: anything. */
type Expected = Json | RegExp | typeof ABSENT

export const ABSENT: unique symbol = Symbol('absent')

export interface Difference {
  readonly why: Why
  /** One sentence for people. */
  readonly reason: string
  /** Names of cases; `*` is any text. */
  readonly cases: string | readonly string[]
  /** Places in what a case shows, from its step down; `*` is any text within a part, `**` any parts. */
  readonly at: string | readonly string[]
  /** It depends on the host whether it shows; elsewhere it need not. */
  readonly hostDependent?: true
  /** The peer against which it shows; every one if left out. */
  readonly peer?: PeerName
  readonly gantry?: Expected
  readonly docker?: Expected
}

/** A finding with where it was found. */
export interface Occurrence extends Finding {
  readonly peer: string
  readonly case: string
}

/** Knows the accepted differences, and which of them have been seen. */
export class Acceptance {
  readonly #differences: readonly Difference[]
  readonly #seen = new Set<string>()

  constructor(differences: readonly Difference[]) {
    this.#differences = differences
  }

  accepts(occurrence: Occurrence): boolean {
    let accepted = false
    for (const [index, difference] of this.#differences.entries()) {
      if (!isMeant(difference, occurrence)) continue
      for (const at of listOf(difference.at)) {
        if (!globMatches(at, occurrence.at)) continue
        for (const name of listOf(difference.cases)) {
          if (!globMatches(name, occurrence.case)) continue
          accepted = true
          this.#seen.add(`${index} in ${name}`).add(`${index} at ${at}`)
        }
      }
    }
    return accepted
  }

  /** What should have been seen against this peer, and was not. */
  unseen(peer: string): string[] {
    return this.#differences.flatMap((difference, index) => {
      if (difference.hostDependent === true) return []
      if (difference.peer !== undefined && difference.peer !== peer) return []
      const parts = [
        ...listOf(difference.cases).map(name => `in ${name}`),
        ...listOf(difference.at).map(at => `at ${at}`),
      ]
      return parts.filter(part => !this.#seen.has(`${index} ${part}`)).map(part => `${part}: ${difference.reason}`)
    })
  }
}

function isMeant(difference: Difference, { peer, gantry, docker }: Occurrence): boolean {
  if (difference.peer !== undefined && difference.peer !== peer) return false
  return isExpected(difference.gantry, gantry) && isExpected(difference.docker, docker)
}

function isExpected(expected: Expected | undefined, value: Json | undefined): boolean {
  if (expected === undefined) return true
  if (expected === ABSENT) return value === undefined
  if (expected instanceof RegExp) return typeof value === 'string' && expected.test(value)
  return JSON.stringify(expected) === JSON.stringify(value)
}

function globMatches(glob: string, text: string): boolean {
  const pattern = glob
    .split(/(\*\*|\*)/)
    .map(part => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  return new RegExp(`^${pattern}$`, 's').test(text)
}

export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return isList(value) ? value : [value]
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}
