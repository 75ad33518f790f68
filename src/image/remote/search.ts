import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'
import { type FoundRepository, secretOf } from '#registry'
import type { ImageDeps } from '../deps.ts'
import type { RegistryCredentials } from '../image.ts'

/** As Docker. */
const LIMIT = 25
const LIMIT_MAX = 100
const HUB = 'docker.io'

/**
 * Repositories whose name or description has `term`, which may have a registry before it (`host:5000/app`); `limit` 0
 * is the usual one.
 * @throws InvalidArgument, NotFound where the registry has no search, Unauthorized, Unavailable
 */
export async function searchRepositories(
  { registry }: ImageDeps,
  term: string,
  limit: number,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal,
): Promise<readonly FoundRepository[]> {
  if (limit < 0 || limit > LIMIT_MAX) {
    throw new InvalidArgument(`limit ${limit} is outside the range of [1, ${LIMIT_MAX}]`)
  }
  if (term.includes('://')) {
    throw new InvalidArgument(`invalid repository name: repository name (${quoted(term)}) should not have a scheme`)
  }
  const { host, rest } = splitTerm(term)
  if (rest === '') throw new InvalidArgument('invalid search: no term was given')
  const secret = credentials === undefined ? undefined : secretOf(credentials)
  const session = registry.session(secret === undefined ? undefined : { registry: host, secret })
  return await session.search(host, rest, limit === 0 ? LIMIT : limit, { signal })
}

/** What stands before the first slash is a registry where it can be no part of a name at Docker Hub. */
function splitTerm(term: string): { readonly host: string; readonly rest: string } {
  const slash = term.indexOf('/')
  const first = slash < 0 ? '' : term.slice(0, slash)
  const isHost = first === 'localhost' || /[.:]/.test(first)
  if (!isHost) return { host: HUB, rest: term }
  const rest = term.slice(slash + 1)
  return ['docker.io', 'index.docker.io'].includes(first) ? { host: HUB, rest } : { host: first, rest }
}
