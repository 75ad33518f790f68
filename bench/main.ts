/**
 * `npm run bench [-- FIGURE...]`: each figure, with the engines that are installed in turns, so that a slow minute of
 * the host hits all of them. GANTRY_PEERS names a folder whose `bin` has a newer Docker.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { UndoStack } from '#lib/undo'
import type { Engine } from './engines/engine.ts'
import { CANDIDATES } from './engines/start.ts'
import { FIGURES } from './figures/all.ts'
import type { Figure } from './figures/figure.ts'
import { cells, type Row, table, verdict } from './report.ts'

const RESULTS = join(import.meta.dirname, 'results')

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
        if (round >= 0) outcome.push(value)
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

const figures = chosen(process.argv.slice(2))
await using stack = new UndoStack()
const engines: Engine[] = []
for (const candidate of CANDIDATES) {
  if (candidate.absent !== false) say(`without ${candidate.name}: ${candidate.absent}`)
  else engines.push(await stack.own(candidate.start(), engine => engine[Symbol.asyncDispose]()))
}
const rows: Row[] = []
for (const figure of figures) rows.push(await measure(figure, engines))
process.stdout.write(
  `${table(
    rows,
    engines.map(({ name }) => name),
  )}\n`,
)
mkdirSync(RESULTS, { recursive: true })
const path = join(RESULTS, `${new Date().toISOString().replaceAll(':', '-')}.json`)
writeFileSync(path, asJson(rows))
say(`written to ${path}`)
