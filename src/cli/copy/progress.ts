import { formatSize } from '#lib/units'
import type { Output } from '../io/streams.ts'

const REDRAW_MS = 75
const CLEAR_LINE = '\r\x1b[2K'
/** Digits of a size, as Docker shows it here. */
const DIGITS = 3

/** Counts what is copied, and shows it on a terminal meanwhile. */
export class CopyProgress implements Disposable {
  readonly #output: Output
  readonly #head: string
  #bytes = 0
  #drawnAt = 0

  /** @param head `Copying to container - ` */
  constructor(output: Output, head: string) {
    this.#output = output
    this.#head = head
  }

  add(bytes: number): void {
    this.#bytes += bytes
    this.#draw()
  }

  async *counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.add(chunk.length)
      yield chunk
    }
  }

  /** What stands at the end, in Docker's words. */
  done(to: string): void {
    this[Symbol.dispose]()
    this.#output.line(`Successfully copied ${formatSize(this.#bytes, DIGITS)} to ${to}`)
  }

  [Symbol.dispose](): void {
    if (this.#drawnAt > 0) this.#output.raw.write(CLEAR_LINE)
    this.#drawnAt = 0
  }

  #draw(): void {
    const now = performance.now()
    if (!this.#output.isTerminal || now - this.#drawnAt < REDRAW_MS) return
    this.#drawnAt = now
    this.#output.raw.write(`${CLEAR_LINE}${this.#head}${formatSize(this.#bytes, DIGITS)}`)
  }
}
