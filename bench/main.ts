/**
 * `npm run bench [-- FIGURE... --engine NAME...]`: each figure, with the engines that are installed in turns, so that a
 * slow minute of the host hits all of them. GANTRY_PEERS names a folder whose `bin` has a newer Docker. What is
 * measured is written down when it is, so that a run that is stopped has lost nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { UndoStack } from '#lib/undo'
import type { Engine } from './engines/engine.ts'
import { CANDIDATES, type Candidate } from './engines/start.ts'
import { FIGURES } from './figures/all.ts'
import type { Figure } from './figures/figure.ts'
import { cells, type Row, table, verdict } from './report.ts'

const RESULTS = join(import.meta.dirname, 'results')
/** Figures of so few rounds take so long that each value is news. */
const SLOW_ROUNDS = 5

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}

/** Values of one engine that goes on as long as it does not fail. */
type Outcome = number[] | string

async function measure(figure: Figure, engines: readonly Engine[]): Promise<Row> {
  say(figure.title)
  const values = new Map<string, Outcome>()
  await using ends = new UndoStack()
  const measured = []
  for (const engine of engines) {
    try {
      const ready = await figure.prepare(engine)
      if (ready === undefined) continue
      ends.defer(() => ready.end?.())
      measured.push({ engine, ready })
      values.set(engine.name, [])
    } catch (error) {
      values.set(engine.name, failure(engine, error))
    }
  }
  for (let round = -figure.warmUp; round < figure.rounds; round++) {
    for (const { engine, ready } of measured) {
      const outcome = values.get(engine.name)
      if (!Array.isArray(outcome)) continue
      try {
        const value = await ready.once()
        if (round < 0) continue
        outcome.push(value)
        if (figure.rounds <= SLOW_ROUNDS) say(`  ${engine.name}: ${value.toFixed(1)} ${figure.unit}`)
      } catch (error) {
        values.set(engine.name, failure(engine, error))
      }
    }
  }
  return { figure, values }
}

function failure(engine: Engine, error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  say(`${engine.name} failed: ${words}`)
  return words
}

function asJson(rows: readonly Row[]): string {
  const figures = rows.map(row => ({
    key: row.figure.key,
    title: row.figure.title,
    unit: row.figure.unit,
    rounds: row.figure.rounds,
    target: verdict(row),
    engines: cells(row),
    values: Object.fromEntries(row.values),
  }))
  const host = { cpus: cpus().length, model: cpus()[0]?.model, kernel: release(), node: process.version }
  return `${JSON.stringify({ at: new Date().toISOString(), host, figures }, undefined, 2)}\n`
}

function chosen(keys: readonly string[]): readonly Figure[] {
  const unknown = keys.filter(key => !FIGURES.some(figure => figure.key === key))
  if (unknown.length === 0) return keys.length === 0 ? FIGURES : FIGURES.filter(({ key }) => keys.includes(key))
  throw new Error(`no figure ${unknown.join(', ')}: there are ${FIGURES.map(({ key }) => key).join(', ')}`)
}

function engineCandidates(names: readonly string[]): readonly Candidate[] {
  const unknown = names.filter(name => !CANDIDATES.some(candidate => candidate.name === name))
  if (unknown.length === 0)
    return names.length === 0 ? CANDIDATES : CANDIDATES.filter(({ name }) => names.includes(name))
  throw new Error(`no engine ${unknown.join(', ')}: there are ${CANDIDATES.map(({ name }) => name).join(', ')}`)
}

const { values: flags, positionals } = parseArgs({
  options: { engine: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
})
const figures = chosen(positionals)
await using stack = new UndoStack()
const engines: Engine[] = []
for (const candidate of engineCandidates(flags.engine)) {
  if (candidate.absent !== false) say(`without ${candidate.name}: ${candidate.absent}`)
  else engines.push(await stack.own(candidate.start(), engine => engine[Symbol.asyncDispose]()))
}
mkdirSync(RESULTS, { recursive: true })
const path = join(RESULTS, `${new Date().toISOString().replaceAll(':', '-')}.json`)
const rows: Row[] = []
for (const figure of figures) {
  rows.push(await measure(figure, engines))
  writeFileSync(path, asJson(rows))
}
process.stdout.write(
  `${table(
    rows,
    engines.map(({ name }) => name),
  )}\n`,
)
say(`written to ${path}`)
