/** Narrower text than this is put below its heading. */
const NARROW = 24
/** The last line may be longer by so much, rather than leave a word alone. */
const SLACK = 5

/** `text` folded at `width` columns; lines after the first begin with `indent` spaces. */
export function fold(text: string, indent: number, width: number): string {
  const room = width - indent
  if (room < NARROW) return text.replaceAll('\n', `\n${' '.repeat(indent)}`)
  const lines: string[] = []
  for (let rest = text; rest !== ''; ) {
    const end = lineEnd(rest, room - SLACK)
    lines.push(rest.slice(0, end))
    rest = rest.slice(end + 1)
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

function lineEnd(text: string, room: number): number {
  const written = text.indexOf('\n')
  if (written >= 0 && written <= room) return written
  if (text.length <= room + SLACK) return written < 0 ? text.length : written
  const space = text.lastIndexOf(' ', room)
  if (space > 0) return space
  const next = text.indexOf(' ', room)
  return next < 0 ? text.length : next
}
