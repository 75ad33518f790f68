/**
 * The parts of JSON text: strings, brackets, `,` and `:`, and runs of anything else but space. By hand, so that neither
 * long strings nor broken ones cost more than their length.
 */
export function* jsonTokens(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = tokenEnd(text, at)
    const token = text.slice(at, end)
    if (!isSpace(token)) yield token
    at = end
  }
}

function tokenEnd(text: string, at: number): number {
  const first = text.charAt(at)
  if (first === '"') return stringEnd(text, at)
  if (isMark(first) || isSpace(first)) return at + 1
  let end = at + 1
  while (end < text.length && !isMark(text.charAt(end)) && !isSpace(text.charAt(end)) && text[end] !== '"') end++
  return end
}

function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++
    else if (text[end] === '"') return end + 1
  }
  return text.length
}

function isMark(character: string): boolean {
  return '[]{},:'.includes(character)
}

function isSpace(token: string): boolean {
  return token === ' ' || token === '\n' || token === '\t' || token === '\r'
}
