import { printable } from '#lib/printable'

/** The name of an image as its parts. What names of which registry are valid is the engine's to say. */
export interface ImageName {
  /** `docker.io`, `host:5000` */
  readonly domain: string
  /** `library/busybox` */
  readonly path: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

const HUB = 'docker.io'
const OFFICIAL = 'library/'
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/
const NAME_MAX = 255

/** Takes the name of an image apart, as `docker pull` and `docker tag` do. @throws Error in Docker's words */
export function parseImageName(text: string): ImageName {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw new Error(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  }
  const { domain, rest } = splitDomain(text)
  const [named = '', ...digests] = rest.split('@')
  const colon = named.indexOf(':')
  const path = colon < 0 ? named : named.slice(0, colon)
  const tag = colon < 0 ? undefined : named.slice(colon + 1)
  if (path !== path.toLowerCase()) {
    throw new Error(`invalid reference format: repository name (${printable(path)}) must be lowercase`)
  }
  const isValid =
    path.length <= NAME_MAX && PATH.test(path) && (tag === undefined || TAG.test(tag)) && digests.length < 2
  const digest = digests[0]
  if (!isValid || (digest !== undefined && !DIGEST.test(digest))) throw new Error('invalid reference format')
  return { domain, path, tag, digest }
}

/** Whether `text` is a whole id, with or without its algorithm, and no name. */
export function isImageId(text: string): boolean {
  return /^(sha256:)?[a-f0-9]{64}$/.test(text)
}

/** Whether `text` can be the name of an image. */
export function isImageName(text: string): boolean {
  try {
    parseImageName(text)
    return true
  } catch {
    return false
  }
}

/** `latest` for a name that says neither tag nor digest. */
export function withTag(name: ImageName): ImageName {
  return name.tag === undefined && name.digest === undefined ? { ...name, tag: 'latest' } : name
}

/** The shortest name of the repository: `busybox`. */
export function familiarName({ domain, path }: ImageName): string {
  if (domain !== HUB) return `${domain}/${path}`
  return path.startsWith(OFFICIAL) && !path.slice(OFFICIAL.length).includes('/') ? path.slice(OFFICIAL.length) : path
}

/** `busybox:latest` */
export function familiarText(name: ImageName): string {
  return familiarName(name) + suffix(name)
}

/** `docker.io/library/busybox:latest` */
export function fullText(name: ImageName): string {
  return `${name.domain}/${name.path}${suffix(name)}`
}

function suffix({ tag, digest }: ImageName): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)
}

function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/')
  const first = slash < 0 ? '' : text.slice(0, slash)
  const isDomain = first !== '' && (first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase())
  const domain = !isDomain || first === 'index.docker.io' ? HUB : first
  const rest = isDomain ? text.slice(slash + 1) : text
  return { domain, rest: domain === HUB && !rest.includes('/') ? OFFICIAL + rest : rest }
}
