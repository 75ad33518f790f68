const DEFAULT = Uint8Array.of(16, 17)

/** Keys behind `ctrl-` that are no letters, from 27 on, as terminals send them. */
const SPECIAL = '[\\]^_'

/**
 * The bytes of `ctrl-p,ctrl-q`: letters stand for themselves, `ctrl-` for `@`, a letter, or one of `[\]^_`. Docker's
 * command uses its own where they cannot be read, and says so.
 */
export function parseDetachKeys(text: string): { readonly keys: Uint8Array; readonly problem: string | undefined } {
  if (text === '') return { keys: DEFAULT, problem: undefined }
  const codes = text.split(',').map(keyCode)
  if (codes.every(code => code !== undefined)) return { keys: Uint8Array.from(codes), problem: undefined }
  const bad = text.split(',')[codes.indexOf(undefined)] ?? ''
  return { keys: DEFAULT, problem: `invalid detach escape keys, using default: Unknown character: '${bad}'` }
}

function keyCode(key: string): number | undefined {
  if (key.length === 1) return key.charCodeAt(0)
  const letter = key.startsWith('ctrl-') ? key.slice('ctrl-'.length) : ''
  if (letter.length !== 1) return undefined
  if (letter === '@') return 0
  if (letter >= 'a' && letter <= 'z') return letter.charCodeAt(0) - 96
  const special = SPECIAL.indexOf(letter)
  return special < 0 ? undefined : 27 + special
}

/**
 * Looks for the keys in what is typed. Keys that may be the beginning are held back, and go on where the next one
 * shows that they are not.
 */
export class DetachWatch {
  readonly #keys: Uint8Array
  #matched = 0

  constructor(keys: Uint8Array) {
    this.#keys = keys
  }

  /** What of `chunk`, with what was held back, goes to the container, and whether the keys are complete. */
  push(chunk: Uint8Array): { readonly data: Uint8Array; readonly detached: boolean } {
    const data: number[] = []
    for (const byte of chunk) {
      if (byte !== this.#keys[this.#matched]) {
        data.push(...this.#keys.subarray(0, this.#matched))
        this.#matched = 0
      }
      if (byte !== this.#keys[this.#matched]) data.push(byte)
      else if (++this.#matched === this.#keys.length) return { data: Uint8Array.from(data), detached: true }
    }
    return { data: Uint8Array.from(data), detached: false }
  }
}
