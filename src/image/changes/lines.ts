import { InvalidArgument } from '#lib/errors'

/** Characters of all changes together. */
const TEXT_MAX = 1024 * 1024

/** One instruction of a Dockerfile, taken apart as far as all are alike. */
export interface Line {
  /** As written: `Cmd`. */
  readonly command: string
  /** `--interval=3s`, unquoted. */
  readonly flags: readonly string[]
  readonly rest: string
}

/** A backslash at the end that is not itself escaped goes on with the next line. */
const CONTINUED = /(^|[^\\])\\[ \t]*$/

/** The instructions of a text, comments and empty lines left out. @throws InvalidArgument where there is none */
export function splitLines(text: string): Line[] {
  if (text.length > TEXT_MAX) throw new InvalidArgument(`changes have ${text.length} characters, at most ${TEXT_MAX}`)
  const lines = text.split('\n').map(line => line.replace(/\r$/, ''))
  const found: Line[] = []
  for (let at = 0; at < lines.length; at++) {
    let line = (lines[at] ?? '').trimStart()
    if (line === '' || line.startsWith('#')) continue
    while (CONTINUED.test(line)) {
      line = line.replace(CONTINUED, '$1')
      if (++at >= lines.length) break
      const next = lines[at] ?? ''
      const isSilent = next.trim() === '' || next.trimStart().startsWith('#')
      line += isSilent ? '\\' : next
    }
    found.push(parseLine(line))
  }
  if (found.length === 0) throw new InvalidArgument('file with no instructions')
  return found
}

/** Command, flags and the rest. */
export function parseLine(line: string): Line {
  const [, command = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line.trim()) ?? []
  return { command, ...takeFlags(rest) }
}

/** The words at the beginning that begin with two dashes; two dashes alone end them. */
function takeFlags(text: string): Pick<Line, 'flags' | 'rest'> {
  const flags: string[] = []
  let rest = text.trimStart()
  while (rest.startsWith('--')) {
    const { word, length } = takeFlag(rest)
    rest = rest.slice(length)
    if (word === '--') break
    flags.push(word)
    rest = rest.trimStart()
  }
  return { flags, rest: rest.trim() }
}

function takeFlag(text: string): { readonly word: string; readonly length: number } {
  let word = ''
  let quote = ''
  let at = 0
  for (; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quote === '' && /\s/.test(char)) break
    if (char === quote) quote = ''
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char !== '\\') word += char
    else word += text[++at] ?? ''
  }
  return { word, length: at }
}
