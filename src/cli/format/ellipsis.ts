import { displayWidth } from '#template'

/** `text` cut with an ellipsis where it is wider than `width` columns. */
export function ellipsis(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let columns = 0
  for (const character of text) {
    columns += displayWidth(character)
    if (columns > width - 1) break
    kept += character
  }
  return `${kept}…`
}
