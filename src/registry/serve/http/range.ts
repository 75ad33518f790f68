/** Which bytes a client wants of a blob (RFC 9110, section 14). */
export type WantedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly offset: number; readonly length: number }
  | { readonly kind: 'beyond' }

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/

/** What is not understood, and several ranges at once, stand for the whole, as the RFC allows. */
export function parseRange(header: string | undefined, size: number): WantedRange {
  const match = RANGE.exec(header?.replaceAll(' ', '') ?? '')
  const [from, to] = [match?.[1] ?? '', match?.[2] ?? '']
  if (match === null || (from === '' && to === '')) return { kind: 'whole' }
  if (from === '') return lastBytes(Number(to), size)
  const offset = Number(from)
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== '' && Number(to) < offset) return { kind: 'whole' }
  return offset >= size ? { kind: 'beyond' } : { kind: 'part', offset, length: end - offset + 1 }
}

function lastBytes(count: number, size: number): WantedRange {
  if (count === 0 || size === 0) return { kind: 'beyond' }
  const length = Math.min(count, size)
  return { kind: 'part', offset: size - length, length }
}
