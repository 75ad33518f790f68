/** The fields of one record of CSV, by the rules of Go's encoding/csv. @throws in its words */
export function csvFields(line: string): string[] {
  const fields: string[] = []
  for (let at = 0; ; ) {
    const { field, end } = line[at] === '"' ? quotedField(line, at) : bareField(line, at)
    fields.push(field)
    if (end >= line.length) return fields
    at = end + 1
  }
}

function bareField(line: string, start: number): { field: string; end: number } {
  const comma = line.indexOf(',', start)
  const end = comma < 0 ? line.length : comma
  const field = line.slice(start, end)
  const quote = field.indexOf('"')
  if (quote >= 0) throw new Error(`parse error on line 1, column ${start + quote + 1}: bare " in non-quoted-field`)
  return { field, end }
}

function quotedField(line: string, start: number): { field: string; end: number } {
  let field = ''
  for (let at = start + 1; ; ) {
    const quote = line.indexOf('"', at)
    if (quote < 0)
      throw new Error(`parse error on line 1, column ${line.length + 1}: extraneous or missing " in quoted-field`)
    field += line.slice(at, quote)
    const next = line[quote + 1]
    if (next === undefined || next === ',') return { field, end: quote + 1 }
    if (next !== '"')
      throw new Error(`parse error on line 1, column ${quote + 1}: extraneous or missing " in quoted-field`)
    field += '"'
    at = quote + 2
  }
}
