import type { ProgressMessage } from '#api'
import { formatSize } from '#lib/units'
import { escapeCell } from '../io/escape.ts'
import type { Output } from '../io/streams.ts'
import { barLine, type Layer } from './bar-line.ts'

const REDRAW_MS = 100
const UP = '\x1b[A'
const CLEAR_LINE = '\x1b[2K'
const CLEAR_BELOW = '\x1b[J'
/** Lines that stay free for what is printed above the bars. */
const FREE_ROWS = 2
const ROWS_ELSEWHERE = 24
const COLUMNS_ELSEWHERE = 80

/**
 * The progress of several layers on a terminal: a line for each, in the order of their appearance, that is drawn anew
 * in its place. The block only grows, up to the height of the terminal; when all layers are done one line is left.
 */
export class Bars implements Disposable {
  readonly #output: Output
  readonly #now: () => number
  readonly #layers = new Map<string, Layer>()
  readonly #start: number
  #drawn = 0
  #timer: NodeJS.Timeout | undefined

  /** @param now milliseconds */
  constructor(output: Output, now: () => number = () => performance.now()) {
    this.#output = output
    this.#now = now
    this.#start = now()
  }

  show(message: ProgressMessage): void {
    const { stream, id, status = '', progressDetail, aux } = message
    if (aux !== undefined) return
    if (id === undefined || progressDetail === undefined) {
      this.#print(stream ?? `${id === undefined ? '' : `${id}: `}${status}\n`)
      return
    }
    this.#update(id, status, progressDetail.current ?? 0, progressDetail.total ?? 0)
    this.#timer ??= setTimeout(() => this.#redraw(), REDRAW_MS)
  }

  /** Draws the last state, and one line instead of the block where everything is done. */
  [Symbol.dispose](): void {
    this.#settle()
  }

  #update(id: string, status: string, current: number, total: number): void {
    const before = this.#layers.get(id)
    const isSamePhase = before?.status === status
    const phase = isSamePhase ? before : { since: this.#now(), from: current }
    const bytes = Math.max(before?.bytes ?? 0, status === 'Downloading' ? Math.max(total, current) : 0)
    this.#layers.set(id, { status, current, total, bytes, since: phase.since, from: phase.from })
  }

  /** A line of its own, above the bars; the block ends with it where all is done. */
  #print(text: string): void {
    if (this.#isDone()) this.#settle()
    else this.#erase()
    this.#output.write(text)
    if (this.#layers.size > 0) this.#draw()
  }

  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#layers.size === 0) return
    this.#erase()
    if (this.#isDone()) this.#summarize()
    else this.#draw()
    this.#layers.clear()
    this.#drawn = 0
  }

  #summarize(): void {
    const bytes = [...this.#layers.values()].reduce((sum, layer) => sum + layer.bytes, 0)
    const count = this.#layers.size
    const seconds = ((this.#now() - this.#start) / 1000).toFixed(1)
    const fetched = bytes === 0 ? '' : `, ${formatSize(bytes, 3)} fetched in ${seconds}s`
    this.#output.write(`${count} ${count === 1 ? 'layer' : 'layers'}${fetched}\n`)
  }

  #isDone(): boolean {
    return [...this.#layers.values()].every(({ status }) =>
      /^(Pull complete|Already exists|Layer already exists|Pushed)$/.test(status),
    )
  }

  #redraw(): void {
    this.#timer = undefined
    this.#erase()
    this.#draw()
  }

  #erase(): void {
    if (this.#drawn > 0) this.#output.raw.write(`\r${UP.repeat(this.#drawn)}${CLEAR_BELOW}`)
    this.#drawn = 0
  }

  #draw(): void {
    const { rows, columns } = this.#output.size ?? { rows: ROWS_ELSEWHERE, columns: COLUMNS_ELSEWHERE }
    const room = Math.max(rows - FREE_ROWS, 1)
    const all = [...this.#layers]
    const shown = all.length <= room ? all : all.filter(([, { total }]) => total > 0).slice(0, room - 1)
    const hidden = all.length - shown.length
    const options = { columns, now: this.#now(), hasColor: this.#output.hasColor }
    const lines = shown.map(([id, layer]) =>
      barLine(escapeCell(id), { ...layer, status: escapeCell(layer.status) }, options),
    )
    if (hidden > 0) lines.push(`and ${hidden} more layers`)
    this.#output.raw.write(lines.map(line => `${CLEAR_LINE}${line}\n`).join(''))
    this.#drawn = lines.length
  }
}
