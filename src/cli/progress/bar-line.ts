import { formatSize } from '#lib/units'

export interface Layer {
  readonly status: string
  readonly current: number
  readonly total: number
  /** All that was downloaded of it. */
  readonly bytes: number
  /** When this status began, in milliseconds, and where it stood then. */
  readonly since: number
  readonly from: number
}

export interface LineOptions {
  readonly columns: number
  readonly now: number
  readonly hasColor: boolean
}

const BAR_MAX = 30
const BAR_MIN = 10
/** Columns that everything but the bar takes. */
const TEXT_COLUMNS = 68
const STATUS_COLUMNS = 18
/** Time after which a rate means something. */
const RATE_AFTER_MS = 500

/** `a1b2c3: Downloading        [=====>    ]  12.3MB/45.6MB  5.2MB/s  7s`, no wider than the terminal. */
export function barLine(id: string, layer: Layer, { columns, now, hasColor }: LineOptions): string {
  const { status, current, total } = layer
  if (total <= 0 && current <= 0) return cut(`${id}: ${status}`, columns)
  const head = `${id}: ${status.padEnd(STATUS_COLUMNS)}`
  const width = Math.min(columns - TEXT_COLUMNS, BAR_MAX)
  const tail = ` ${amount(current, total)}${pace(layer, now)}`
  if (total <= 0 || width < BAR_MIN) return cut(head + tail, columns)
  const drawn = bar(Math.min(current / total, 1), width)
  const line = `${head} ${drawn}${tail}`
  if (line.length >= columns || !hasColor) return cut(line, columns)
  return `${head} \x1b[36m${drawn}\x1b[0m${tail}`
}

function bar(share: number, width: number): string {
  const full = Math.floor(share * width)
  const tip = full < width ? '>' : ''
  return `[${'='.repeat(full)}${tip}${' '.repeat(Math.max(width - full - 1, 0))}]`
}

function amount(current: number, total: number): string {
  const done = formatSize(current, 4).padStart(8)
  return total > 0 && current <= total ? `${done}/${formatSize(total, 4)}` : done
}

function pace({ current, total, since, from }: Layer, now: number): string {
  const elapsed = now - since
  const rate = elapsed < RATE_AFTER_MS ? 0 : ((current - from) * 1000) / elapsed
  if (rate <= 0) return ''
  const left = total > current ? `  ${seconds((total - current) / rate)}` : ''
  return `  ${formatSize(rate, 3)}/s${left}`
}

function seconds(left: number): string {
  const whole = Math.ceil(left)
  const minutes = Math.floor(whole / 60)
  return minutes === 0 ? `${whole}s` : `${minutes}m${String(whole % 60).padStart(2, '0')}s`
}

function cut(line: string, columns: number): string {
  return line.length < columns ? line : line.slice(0, columns - 1)
}
