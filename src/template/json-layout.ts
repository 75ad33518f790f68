import { jsonTokens } from './json-tokens.ts'

/** JSON text without the space between its parts; nothing else of it changes. */
export function compactJson(json: string): string {
  return [...jsonTokens(json)].join('')
}

/** JSON text with each member on its line, as Go's json.Indent lays it out; strings and numbers keep their spelling. */
export function indentJson(json: string, indent: string): string {
  const parts: string[] = []
  let depth = 0
  let before = ''
  for (const token of jsonTokens(json)) {
    const closes = token === ']' || token === '}'
    const opened = before === '[' || before === '{'
    if (closes) depth--
    if (closes ? !opened : opened || before === ',') parts.push('\n', indent.repeat(depth))
    parts.push(token === ':' ? ': ' : token)
    if (token === '[' || token === '{') depth++
    before = token
  }
  return parts.join('')
}
