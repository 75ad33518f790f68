/** How different a suggestion may be from what was typed. */
const DISTANCE_MAX = 3

/** The word that `text` was probably meant to be; undefined where none is near. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  let best: string | undefined
  let least = DISTANCE_MAX + 1
  for (const word of words) {
    const distance = editDistance(text, word)
    if (distance < least && distance < word.length) {
      best = word
      least = distance
    }
  }
  return best
}

/** Levenshtein's: insertions, deletions and changes of one character. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
