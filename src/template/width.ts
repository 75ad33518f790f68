/** Wide ranges of Unicode's EastAsianWidth, without emoji and with the unassigned places between them. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0xa4c6],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x1b2fb],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
]

const ASCII = /^[\x20-\x7e]*$/
const ZERO = /^[\p{Mn}\p{Me}\p{Cc}\u00ad\u070f\u180e\u200b-\u200f\u2028-\u202e\u206a-\u206f\ufeff\ufff9-\ufffb]$/u
/** Where newer Unicode joins consonants of Indic scripts into one cluster and Docker does not. */
const CONJUNCT = /(?<=\p{M}\u200d?)(?=\p{L})/u
/** Flags are two regional indicators; a table counts the first. */
const EMOJI = /^(?=\p{Emoji_Presentation})\P{Regional_Indicator}$/u

/** Columns of a terminal that `text` takes, as Docker's tables count: a cluster is as wide as its first visible rune. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    for (const cluster of segment.split(CONJUNCT)) width += clusterWidth(cluster)
  }
  return width
}

function clusterWidth(cluster: string): number {
  for (const character of cluster) {
    const width = characterWidth(character)
    if (width > 0) return width
  }
  return 0
}

function characterWidth(character: string): number {
  if (ZERO.test(character)) return 0
  const code = character.codePointAt(0) ?? 0
  return EMOJI.test(character) || WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1
}
