import { InvalidArgument } from '#lib/errors'
import { printable } from '#lib/printable'
import { type Digest, isDigest, parseDigest } from './digest.ts'
import { isTag, type ReferenceParts, splitReference } from './reference-grammar.ts'

declare const referenceBrand: unique symbol

/**
 * The name of an image as people type it, normalised as Docker does: `busybox` is `docker.io/library/busybox`.
 * Made by `parseReference` and the `with...` functions only.
 */
export interface Reference {
  readonly [referenceBrand]: true
  /** `docker.io`, `host:5000`; empty only for a name like `a_b.c/d`, which Docker accepts and no registry can hold. */
  readonly domain: string
  /** The repository within the domain: `library/busybox`. */
  readonly path: string
  readonly tag: string | undefined
  readonly digest: Digest | undefined
}

export const DEFAULT_DOMAIN = 'docker.io'
export const DEFAULT_TAG = 'latest'

/** Docker Hub's first name, still in old scripts and configuration files. */
const LEGACY_DOMAIN = 'index.docker.io'
const OFFICIAL = 'library/'

/** Characters of the path (distribution/reference counts the repository without its domain). */
const PATH_MAX = 255

const HEX64 = /^[a-f0-9]{64}$/

/**
 * Parses and normalises what people type for an image.
 * @throws InvalidArgument in Docker's words.
 */
export function parseReference(text: string): Reference {
  if (HEX64.test(text)) {
    throw new InvalidArgument(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  }
  const { domain, rest } = splitDomain(text)
  const colon = rest.indexOf(':')
  const remote = colon < 0 ? rest : rest.slice(0, colon)
  if (remote.toLowerCase() !== remote) {
    const name = printable(remote, PATH_MAX)
    throw new InvalidArgument(`invalid reference format: repository name (${name}) must be lowercase`)
  }
  return fromParts(parts(`${domain}/${rest}`))
}

/** What may stand for an image: its id (or the digest of a manifest), or a name. */
export type AnyReference =
  | { readonly kind: 'digest'; readonly digest: Digest }
  | { readonly kind: 'named'; readonly reference: Reference }

/**
 * As `parseReference`, but 64 hexadecimal characters or a whole digest stand for themselves.
 * @throws InvalidArgument in Docker's words.
 */
export function parseAnyReference(text: string): AnyReference {
  if (HEX64.test(text)) return { kind: 'digest', digest: parseDigest(`sha256:${text}`) }
  if (isDigest(text)) return { kind: 'digest', digest: text }
  return { kind: 'named', reference: parseReference(text) }
}

/** The reference with tag `latest` where it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return isNameOnly(reference) ? make({ ...reference, tag: DEFAULT_TAG }) : reference
}

/** @throws InvalidArgument where `tag` is none. */
export function withTag(reference: Reference, tag: string): Reference {
  if (!isTag(tag)) throw new InvalidArgument('invalid tag format')
  return make({ ...reference, tag })
}

export function withDigest(reference: Reference, digest: Digest): Reference {
  return make({ ...reference, digest })
}

/** The reference without tag and digest. */
export function nameOnly(reference: Reference): Reference {
  return make({ ...reference, tag: undefined, digest: undefined })
}

export function isNameOnly(reference: Reference): boolean {
  return reference.tag === undefined && reference.digest === undefined
}

function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/')
  if (slash < 0) return { domain: DEFAULT_DOMAIN, rest: OFFICIAL + text }
  const first = text.slice(0, slash)
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first
  const domain = !isDomain || first === LEGACY_DOMAIN ? DEFAULT_DOMAIN : first
  const rest = isDomain ? text.slice(slash + 1) : text
  return { domain, rest: domain === DEFAULT_DOMAIN && !rest.includes('/') ? OFFICIAL + rest : rest }
}

function parts(text: string): ReferenceParts {
  const found = splitReference(text)
  if (found !== undefined) return found
  const lower = text.toLowerCase()
  const onlyCase = lower !== text && splitReference(lower) !== undefined
  throw new InvalidArgument(onlyCase ? 'repository name must be lowercase' : 'invalid reference format')
}

function fromParts({ domain, path, tag, digest }: ReferenceParts): Reference {
  if (path.length > PATH_MAX) throw new InvalidArgument(`repository name must not be more than ${PATH_MAX} characters`)
  return make({ domain, path, tag, digest: digest === undefined ? undefined : parseDigest(digest) })
}

function make({ domain, path, tag, digest }: Omit<Reference, typeof referenceBrand>): Reference {
  return { domain, path, tag, digest } as Reference
}
