import { InvalidArgument } from '#lib/errors'
import { formatReference, parseReference, type Reference } from '#oci'
import { checkName } from '../http/path.ts'

/** The registry that a cache stands before. */
export interface Upstream {
  /** As the person wrote it. */
  readonly url: string
  /** As it is written in references. */
  readonly registry: string
  /** It was written with http://, so it may be spoken to in the clear. */
  readonly plain: boolean
  /** What a repository of the cache is called there. */
  reference(repository: string): Reference
}

/** Names under which people know Docker Hub; references have one of them. */
const HUB_NAMES = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'hub.docker.com', 'registry.hub.docker.com']

/** `https://HOST[:PORT][/PREFIX]` @throws InvalidArgument */
export function parseUpstream(text: string): Upstream {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isBare = url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (url === undefined || !isBare || !['https:', 'http:'].includes(url.protocol)) {
    throw new InvalidArgument(`--cache-of ${text} is no registry`, {
      fix: 'use https://HOST[:PORT][/PREFIX]; a name and a password go into --cache-credentials FILE',
    })
  }
  const registry = HUB_NAMES.includes(url.host) ? 'docker.io' : url.host
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '').replace(/^v2(?:\/|$)/, '')
  if (prefix !== '') checkName(prefix)
  return {
    url: text,
    registry,
    plain: url.protocol === 'http:',
    reference: repository => parseReference(`${registry}/${prefix === '' ? '' : `${prefix}/`}${repository}`),
  }
}

/** With a tag or a digest. */
export function referenceTo(upstream: Upstream, repository: string, end: string): Reference {
  return parseReference(`${formatReference(upstream.reference(repository))}${end}`)
}
