/**
 * The list of accepted differences in docs/parity.md is made from the list that the tests use:
 * `node test/parity/document.ts` writes it, and a test holds the two together.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Difference, listOf, type Why } from './accept.ts'
import { DIFFERENCES } from './differences.ts'

const PATH = join(import.meta.dirname, '../../docs/parity.md')
const BEGIN = '<!-- made by test/parity/document.ts: begin -->'
const END = '<!-- made by test/parity/document.ts: end -->'

const TITLES: Readonly<Record<Why, string>> = {
  deliberate: 'On purpose',
  missing: 'Not done yet, and refused by name',
  runtime: 'Of the OCI runtime: crun here, runc there',
  newer: 'Docker 20.10 is otherwise, 28.5 is as Gantry',
}

/** The page as it is, and as it should be. */
export function readDocument(): { readonly found: string; readonly wanted: string } {
  const found = readFileSync(PATH, 'utf8')
  const begin = found.indexOf(BEGIN)
  const end = found.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${PATH} has no place for the list`)
  return { found, wanted: `${found.slice(0, begin + BEGIN.length)}\n\n${listing()}\n${found.slice(end)}` }
}

function listing(): string {
  const kinds = ['deliberate', 'missing', 'runtime', 'newer'] as const
  return kinds.map(why => `### ${TITLES[why]}\n\n${itemsOf(why).join('\n')}\n`).join('\n')
}

function itemsOf(why: Why): string[] {
  const byReason = new Map<string, Difference[]>()
  for (const difference of DIFFERENCES) {
    if (difference.why !== why) continue
    byReason.set(difference.reason, [...(byReason.get(difference.reason) ?? []), difference])
  }
  return [...byReason].map(([reason, differences]) => {
    const cases = new Set(differences.flatMap(({ cases: names }) => listOf(names)))
    return `- ${reason} (${[...cases].map(name => `\`${name}\``).join(', ')})`
  })
}

if (import.meta.main) writeFileSync(PATH, readDocument().wanted)
