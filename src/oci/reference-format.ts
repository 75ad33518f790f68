import { DEFAULT_DOMAIN, type Reference } from './reference.ts'

const OFFICIAL = 'library/'

/** `docker.io/library/busybox`: domain and path. */
export function nameOf(reference: Reference): string {
  return reference.domain === '' ? reference.path : `${reference.domain}/${reference.path}`
}

/** The whole reference, `docker.io/library/busybox:1@sha256:...`; `parseReference` gives it back. */
export function formatReference(reference: Reference): string {
  return nameOf(reference) + suffix(reference)
}

/** The shortest name that means the same: `busybox`. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== DEFAULT_DOMAIN) return nameOf(reference)
  const { path } = reference
  const official = path.startsWith(OFFICIAL) && !path.includes('/', OFFICIAL.length)
  return official ? path.slice(OFFICIAL.length) : path
}

/** The shortest text that means the same: `busybox:1`. */
export function familiarString(reference: Reference): string {
  return familiarName(reference) + suffix(reference)
}

function suffix({ tag, digest }: Reference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)
}
