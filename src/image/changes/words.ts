import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'

/** The words of a text, with their quotes and escapes: whoever expands them takes those away. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    word = (word ?? '') + char
    if (char === '\\' && quote !== "'") {
      // One at the very end escapes nothing and is dropped.
      if (at + 1 === text.length) word = word.slice(0, -1)
      else word += text[++at] ?? ''
    } else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
  }
  if (word !== undefined && word !== '') words.push(word)
  return words
}

/**
 * `key=value key2="value 2"`, or the old form `key value`, as ENV and LABEL take them; nothing is unquoted.
 * @throws InvalidArgument in Docker's words
 */
export function splitPairs(command: string, text: string): (readonly [string, string])[] {
  const words = splitWords(text)
  const [first] = words
  if (first === undefined) throw new InvalidArgument(`${command} requires at least one argument`)
  if (!first.includes('=')) {
    const [, key, value] = /^(\S+)\s+(.*)$/s.exec(text) ?? []
    if (key === undefined || value === undefined) throw new InvalidArgument(`${command} must have two arguments`)
    return [[key, value]]
  }
  return words.map(word => {
    const equals = word.indexOf('=')
    if (equals < 0) {
      throw new InvalidArgument(`Syntax error - can't find = in ${quoted(word)}. Must be of the form: name=value`)
    }
    if (equals === 0) throw new InvalidArgument(`${command} names can not be blank`)
    return [word.slice(0, equals), word.slice(equals + 1)]
  })
}

/** A JSON list of strings; undefined where the text is something else. @throws InvalidArgument for other lists */
export function jsonStrings(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(list)) return undefined
  return list.map((value: unknown) => {
    if (typeof value === 'string') return value
    throw new InvalidArgument('when using JSON array syntax, arrays must be comprised of strings only')
  })
}
