const NEWLINE = 10
const QUOTE = 34
const BACKSLASH = 92
const LETTER_N = 110

const HEAD = Buffer.from('{"log":"')
const STDOUT = Buffer.from('","stream":"stdout","time":"')
const STDERR = Buffer.from('","stream":"stderr","time":"')
const END = Buffer.from('"}')

export type Attributes = Readonly<Record<string, string>>

interface Parsed {
  readonly log: string
  readonly stream: 'stdout' | 'stderr'
  readonly time: string
  readonly attributes: Attributes | undefined
}

/**
 * Goes through lines of json-file, of which there may be millions: a line as the engine writes it, without anything
 * escaped in it, is neither decoded nor parsed as JSON. What is no entry is skipped. Text is unescaped in place.
 */
export class LineCursor {
  readonly #chunk: Buffer
  #at = 0
  #stream: 'stdout' | 'stderr' = 'stdout'
  #textFrom = 0
  #textTo = 0
  #timeFrom = 0
  #timeTo = 0
  #parsedTime: string | undefined
  #attributes: Attributes | undefined

  constructor(chunk: Buffer) {
    this.#chunk = chunk
  }

  /** Moves to the next entry; false at the end of the chunk. */
  next(): boolean {
    while (this.#at < this.#chunk.length) {
      const from = this.#at
      const newline = this.#chunk.indexOf(NEWLINE, from)
      const to = newline < 0 ? this.#chunk.length : newline
      this.#at = to + 1
      if (this.#readPlain(from, to) || this.#readJson(from, to)) return true
    }
    return false
  }

  get stream(): 'stdout' | 'stderr' {
    return this.#stream
  }

  get time(): string {
    return this.#parsedTime ?? this.#chunk.toString('latin1', this.#timeFrom, this.#timeTo)
  }

  /** Of entries that carry any. */
  get attributes(): Attributes | undefined {
    return this.#attributes
  }

  get textBytes(): number {
    return this.#textTo - this.#textFrom
  }

  /** The entry's text, in the memory of the chunk. */
  get text(): Buffer {
    return this.#chunk.subarray(this.#textFrom, this.#textTo)
  }

  /** Copies the entry's text within the chunk, to a place before it; returns its length. */
  copyText(to: number): number {
    this.#chunk.copyWithin(to, this.#textFrom, this.#textTo)
    return this.textBytes
  }

  /** The engine's own form with an optional `\n` as the only escape. */
  #readPlain(from: number, to: number): boolean {
    const chunk = this.#chunk
    const textFrom = from + HEAD.length
    const timeTo = to - END.length
    if (!isAt(chunk, from, HEAD) || !isAt(chunk, timeTo, END)) return false
    let timeFrom = timeTo
    while (timeFrom > textFrom && chunk[timeFrom - 1] !== QUOTE) timeFrom--
    const textTo = timeFrom - STDOUT.length
    if (textTo < textFrom) return false
    const isStdout = isAt(chunk, textTo, STDOUT)
    if (!isStdout && !isAt(chunk, textTo, STDERR)) return false
    if (chunk.indexOf(QUOTE, textFrom) !== textTo) return false
    this.#textTo = textTo
    const backslash = chunk.indexOf(BACKSLASH, textFrom)
    if (backslash >= 0 && backslash < textTo) {
      if (backslash !== textTo - 2 || chunk[backslash + 1] !== LETTER_N) return false
      chunk[backslash] = NEWLINE
      this.#textTo = backslash + 1
    }
    this.#textFrom = textFrom
    this.#timeFrom = timeFrom
    this.#timeTo = timeTo
    this.#parsedTime = undefined
    this.#attributes = undefined
    this.#stream = isStdout ? 'stdout' : 'stderr'
    return true
  }

  #readJson(from: number, to: number): boolean {
    const parsed = parse(this.#chunk.toString('utf8', from, to))
    if (parsed === undefined) return false
    this.#stream = parsed.stream
    this.#parsedTime = parsed.time
    this.#attributes = parsed.attributes
    this.#textFrom = from
    // Unescaped text is shorter than what it came from, unless a foreign hand left bytes that are no UTF-8.
    this.#textTo = from + this.#chunk.write(parsed.log, from, to - from)
    return true
  }
}

function isAt(chunk: Buffer, at: number, wanted: Buffer): boolean {
  if (at < 0) return false
  for (let i = 0; i < wanted.length; i++) if (chunk[at + i] !== wanted[i]) return false
  return true
}

function parse(line: string): Parsed | undefined {
  try {
    const { log, stream, time, attrs } = JSON.parse(line) as Record<string, unknown>
    if (typeof log !== 'string' || typeof time !== 'string') return undefined
    return { log, stream: stream === 'stderr' ? 'stderr' : 'stdout', time, attributes: readAttributes(attrs) }
  } catch {
    return undefined
  }
}

function readAttributes(value: unknown): Attributes | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
}
