import type { Figure } from './figures/figure.ts'
import { median, quantile } from './timing.ts'

/** Values of one figure by engine; a string says why there are none. */
export interface Row {
  readonly figure: Figure
  readonly values: ReadonlyMap<string, readonly number[] | string>
}

export interface Cell {
  readonly engine: string
  readonly median: number
  readonly worst: number
  /** This engine's median as a multiple of Gantry's. */
  readonly ratio: number | undefined
}

export function cells({ values }: Row): Cell[] {
  const own = values.get('gantry')
  const base = Array.isArray(own) ? median(own) : undefined
  return [...values].flatMap(([engine, measured]) => {
    if (typeof measured === 'string') return []
    const middle = median(measured)
    const ratio = base === undefined || engine === 'gantry' ? undefined : middle / base
    return [{ engine, median: middle, worst: quantile(measured, 1), ratio }]
  })
}

/** What the target asks and whether it is held; undefined where the figure has none or its peer was not measured. */
export function verdict(row: Row): { readonly limit: number; readonly held: boolean } | undefined {
  const { target } = row.figure
  const of = (name: string) => cells(row).find(({ engine }) => engine === name)?.median
  const own = of('gantry')
  if (target === undefined || own === undefined) return undefined
  const peer = target.of === undefined ? undefined : of(target.of)
  const limits = [
    ...(target.limit === undefined ? [] : [target.limit]),
    ...(target.share === undefined || peer === undefined ? [] : [peer * target.share]),
  ]
  if (limits.length === 0) return undefined
  const limit = Math.min(...limits)
  return { limit, held: own <= limit }
}

/** A table in Markdown, columns lined up. */
export function table(rows: readonly Row[], engines: readonly string[]): string {
  const head = ['figure (median)', ...engines, 'at most', '']
  const body = rows.map(row => {
    const found = new Map(cells(row).map(cell => [cell.engine, cell]))
    const columns = engines.map(engine => {
      const cell = found.get(engine)
      if (cell === undefined) return '-'
      const ratio = cell.ratio === undefined ? '' : ` (×${cell.ratio.toFixed(1)})`
      return `${amount(cell.median)} ${row.figure.unit}${ratio}`
    })
    const judged = verdict(row)
    const limit = judged === undefined ? '' : `${amount(judged.limit)} ${row.figure.unit}`
    return [row.figure.title, ...columns, limit, judged === undefined ? '' : judged.held ? 'held' : 'missed']
  })
  const widths = head.map((title, at) => Math.max(title.length, ...body.map(line => line[at]?.length ?? 0)))
  const line = (words: readonly string[]) => `| ${words.map((word, at) => word.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`
  return [line(head), rule, ...body.map(line)].join('\n')
}

function amount(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)
}
