/**
 * Text of JSON as Go's encoding/json writes it. Works on the text, not on parsed values: order, numbers and escapes of
 * a manifest stay as they are. The text must be valid JSON.
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs

/** What Go escapes so that JSON may stand in HTML. */
const HTML = /[<>&\u2028\u2029]/g

/** Without spaces, as `json.Marshal` writes. */
export function compactJson(text: string): string {
  return (text.match(TOKEN) ?? []).join('')
}

/** One member a line, each level behind one more `indent`, as `json.Indent` and `json.MarshalIndent` write. */
export function indentJson(text: string, indent: string): string {
  const out: string[] = []
  let level = 0
  let before = ''
  for (const token of text.match(TOKEN) ?? []) {
    const isEnd = token === '}' || token === ']'
    const isEmpty = isEnd && (before === '{' || before === '[')
    if (isEnd) level--
    if (!isEmpty && (isEnd || before === '{' || before === '[' || before === ',')) {
      out.push('\n', indent.repeat(level))
    }
    out.push(token === ':' ? ': ' : token)
    if (token === '{' || token === '[') level++
    before = token
  }
  return out.join('')
}

/** JSON with the escapes that Go's `json.Marshal` puts in. */
export function escapeHtml(json: string): string {
  return json.replace(HTML, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
