/** One end of a copy. */
export type Place =
  | { readonly kind: 'container'; readonly container: string; readonly path: string }
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'stream' }

/** `CONTAINER:PATH`, a path of this host, or `-`. What begins with `/` or `.` is a path whatever else is in it. */
export function parsePlace(text: string): Place {
  if (text === '-') return { kind: 'stream' }
  const colon = text.indexOf(':')
  if (text.startsWith('/') || text.startsWith('.') || colon <= 0) return { kind: 'local', path: text }
  return { kind: 'container', container: text.slice(0, colon), path: text.slice(colon + 1) }
}
