/** One way that a server offers to prove who one is (RFC 9110, 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Keys in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Characters that are looked at: more is no header but an attack. */
const HEADER_MAX = 8192

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const SPACE = /[ \t]*/y
const TOKEN68 = /[-A-Za-z0-9._~+/]+=*(?=[ \t]*(?:,|$))/y

/** The challenges in a WWW-Authenticate header, in order; what does not follow the grammar ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const found: Challenge[] = []
  if (header.length > HEADER_MAX) return found
  const scan = new Scanner(header)
  for (;;) {
    while (scan.take(',')) scan.match(SPACE)
    const scheme = scan.match(TOKEN)
    if (scheme === undefined) return found
    const parameters = new Map<string, string>()
    found.push({ scheme: scheme.toLowerCase(), parameters })
    if (scan.match(TOKEN68) !== undefined && !scan.peek('=')) continue
    readParameters(scan, parameters)
  }
}

/** `key=value, key="value"`: ends before the comma that the next challenge stands behind. */
function readParameters(scan: Scanner, parameters: Map<string, string>): void {
  for (;;) {
    const start = scan.at
    while (scan.take(',')) scan.match(SPACE)
    const key = scan.match(TOKEN)
    if (key === undefined || !scan.take('=')) {
      scan.at = start
      return
    }
    const value = scan.peek('"') ? scan.quoted() : scan.match(TOKEN)
    if (value === undefined) return
    parameters.set(key.toLowerCase(), value)
  }
}

class Scanner {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
    this.match(SPACE)
  }

  peek(char: string): boolean {
    return this.#text[this.at] === char
  }

  take(char: string): boolean {
    if (!this.peek(char)) return false
    this.at++
    this.#skip()
    return true
  }

  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const text = pattern.exec(this.#text)?.[0]
    if (text === undefined || text === '') return undefined
    this.at += text.length
    this.#skip()
    return text
  }

  quoted(): string | undefined {
    let value = ''
    for (let i = this.at + 1; i < this.#text.length; i++) {
      const char = this.#text[i]
      if (char === '"') {
        this.at = i + 1
        this.#skip()
        return value
      }
      value += char === '\\' ? (this.#text[++i] ?? '') : char
    }
    return undefined
  }

  #skip(): void {
    while (this.#text[this.at] === ' ' || this.#text[this.at] === '\t') this.at++
  }
}
