import { printable } from '#lib/printable'

/**
 * `text` with everything escaped that could move a cursor, set a title or turn the direction of writing, besides line
 * breaks and tabs.
 */
export function escapeControls(text: string): string {
  return text.replace(/[^\n\t]+/g, part => printable(part, Number.POSITIVE_INFINITY))
}

/** As `escapeControls`, line breaks and tabs too: for a cell of a table, which must not look like two. */
export function escapeCell(text: string): string {
  return printable(text, Number.POSITIVE_INFINITY)
}
