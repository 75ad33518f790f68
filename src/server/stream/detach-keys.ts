import { Transform, type TransformCallback } from 'node:stream'
import { InvalidArgument } from '#lib/errors'

/** Docker's: ctrl-p ctrl-q. */
const DEFAULT_KEYS = 'ctrl-p,ctrl-q'
const CONTROLS = '@abcdefghijklmnopqrstuvwxyz[\\]^_'

/**
 * Bytes of a sequence such as `ctrl-p,ctrl-q` or `a,ctrl-x`. @throws InvalidArgument in Docker's words, which are
 * others for an exec
 */
export function parseDetachKeys(text: string, word: 'detach' | 'escape' = 'detach'): Buffer {
  const keys = (text === '' ? DEFAULT_KEYS : text).split(',').map(key => {
    if (key.length === 1) return key.charCodeAt(0)
    const control = /^ctrl-(.)$/i.exec(key)?.[1]?.toLowerCase()
    const code = control === undefined ? -1 : CONTROLS.indexOf(control)
    if (code < 0) throw new InvalidArgument(`Invalid ${word} keys (${text}) provided`)
    return code
  })
  return Buffer.from(keys)
}

/** Passes input on until the sequence comes, which is kept back; then emits `detached` and passes nothing more. */
export class DetachKeys extends Transform {
  readonly #keys: Buffer
  #matched = 0
  #detached = false

  constructor(keys: Buffer) {
    super()
    this.#keys = keys
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    done(null, this.#detached ? null : this.#pass(chunk))
  }

  /** What of a chunk goes on. */
  #pass(chunk: Buffer): Buffer {
    const passed: number[] = []
    for (const byte of chunk) {
      if (byte === this.#keys[this.#matched]) {
        if (++this.#matched < this.#keys.length) continue
        this.#detached = true
        this.emit('detached')
        break
      }
      // What looked like the beginning was none.
      passed.push(...this.#keys.subarray(0, this.#matched))
      this.#matched = byte === this.#keys[0] ? 1 : 0
      if (this.#matched === 0) passed.push(byte)
    }
    return Buffer.from(passed)
  }
}
