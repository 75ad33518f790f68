/**
 * The grammar of references (distribution/reference): `[domain/]path[:tag][@digest]`. Every rule is checked by one
 * pass over disjoint character classes, so that hostile input costs linear time.
 */
export interface ReferenceParts {
  /** Empty where the name has no part that reads as a domain. */
  readonly domain: string
  readonly path: string
  readonly tag: string | undefined
  /** As written; algorithm and length are not looked at. */
  readonly digest: string | undefined
}

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/
const HOST_COMPONENT = /^[A-Za-z0-9-]+$/
const IPV6 = /^\[[a-fA-F0-9:]+\]$/
const PORT = /^[0-9]+$/

export function isTag(text: string): boolean {
  return TAG.test(text)
}

/** The parts of `text`; undefined where it does not follow the grammar. */
export function splitReference(text: string): ReferenceParts | undefined {
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest !== undefined && !DIGEST.test(digest)) return undefined
  const head = at < 0 ? text : text.slice(0, at)
  const colon = head.indexOf(':', head.lastIndexOf('/') + 1)
  const tag = colon < 0 ? undefined : head.slice(colon + 1)
  if (tag !== undefined && !TAG.test(tag)) return undefined
  const name = splitName(colon < 0 ? head : head.slice(0, colon))
  return name === undefined ? undefined : { ...name, tag, digest }
}

function splitName(name: string): { domain: string; path: string } | undefined {
  const slash = name.indexOf('/')
  if (slash > 0) {
    const domain = name.slice(0, slash)
    const path = name.slice(slash + 1)
    if (isDomain(domain) && isRepositoryPath(path)) return { domain, path }
  }
  return isRepositoryPath(name) ? { domain: '', path: name } : undefined
}

/** Components of `[a-z0-9]+((.|_|__|-+)[a-z0-9]+)*` joined by slashes. */
export function isRepositoryPath(text: string): boolean {
  // What stands before the present character: nothing, a letter or digit, or the separator as far as it is read.
  let before = ''
  for (const char of text) {
    if ((char >= 'a' && char <= 'z') || (char >= '0' && char <= '9')) before = 'a'
    else if (char === '/' && before === 'a') before = ''
    else if ((char === '.' || char === '_' || char === '-') && before === 'a') before = char
    else if (char === '_' && before === '_') before = '__'
    else if (char !== '-' || before !== '-') return false
  }
  return before === 'a'
}

function isDomain(text: string): boolean {
  const portAt = text.indexOf(':', text.lastIndexOf(']') + 1)
  if (portAt >= 0 && !PORT.test(text.slice(portAt + 1))) return false
  const host = portAt < 0 ? text : text.slice(0, portAt)
  return IPV6.test(host) || host.split('.').every(isHostComponent)
}

function isHostComponent(text: string): boolean {
  return HOST_COMPONENT.test(text) && !text.startsWith('-') && !text.endsWith('-')
}
