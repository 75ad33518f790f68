import { displayWidth } from './width.ts'

/** Least width of a column, with its padding, where nobody says otherwise. */
const COLUMN_MIN = 10
/** Spaces after the longest cell of a column. */
const PADDING = 3

/**
 * Aligns the cells of `text` as Docker's lists do: a tab (or `\v`) ends a cell, a line break the line. Cells that stand
 * under one another in adjoining lines make a column; what follows the last tab of a line belongs to none. A form feed
 * breaks the line and all columns.
 */
export function formatTable(text: string, columnMin = COLUMN_MIN): string {
  const sections = text.split('\f').map(section => section.split('\n').map(line => line.split(/[\t\v]/)))
  const last = sections.at(-1)?.at(-1)
  // The text ends behind a tab: the empty rest is no cell, and the cell before it is the last, which is in no column.
  if (last !== undefined && last.length > 1 && last.at(-1) === '') last.pop()
  return sections.map(lines => alignSection(lines, columnMin)).join('\n')
}

function alignSection(lines: readonly (readonly string[])[], columnMin: number): string {
  const widths = columnWidths(lines, columnMin)
  return lines.map((cells, row) => cells.map((cell, column) => padded(cell, widths[row]?.[column])).join('')).join('\n')
}

/** For each line the widths of the columns that its cells are in. */
function columnWidths(lines: readonly (readonly string[])[], columnMin: number): number[][] {
  const widths: number[][] = lines.map(() => [])
  const most = lines.reduce((count, cells) => Math.max(count, cells.length - 1), 0)
  for (let column = 0; column < most; column++) {
    for (let row = 0; row < lines.length; ) {
      const end = blockEnd(lines, column, row)
      const width = lines
        .slice(row, end)
        .reduce((wide, cells) => Math.max(wide, displayWidth(cells[column] ?? '') + PADDING), columnMin)
      for (const own of widths.slice(row, end)) own.push(width)
      row = Math.max(end, row + 1)
    }
  }
  return widths
}

/** Where the adjoining lines end that have a cell in `column`; `row` itself where it has none. */
function blockEnd(lines: readonly (readonly string[])[], column: number, row: number): number {
  let end = row
  while (end < lines.length && (lines[end]?.length ?? 0) - 1 > column) end++
  return end
}

function padded(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + ' '.repeat(width - displayWidth(cell))
}
