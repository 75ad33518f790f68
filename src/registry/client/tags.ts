import { InvalidArgument } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { quoted } from '#lib/printable'
import { nameOnly, type Reference } from '#oci'
import { readBody } from './body.ts'
import type { HttpResponse } from './http.ts'
import { retrying } from './retry.ts'
import { placeOf, pullScope, type SessionDeps, subjectOf, type Target, visit } from './session.ts'
import { addressGiven, registryRequest } from './transport.ts'

/** Tags of one repository. */
export const TAGS_MAX = 10_000

/** Tags and bytes of one page of them (SAFETY S76). */
const PAGE = 1000
const PAGE_BYTES_MAX = 4 * 1024 * 1024

/** Pages: a registry that gives few with each must come to an end nevertheless. */
const PAGES_MAX = 200

const TROUBLES = ['broken', 'busy'] as const

interface Page {
  readonly tags: readonly string[]
  /** Where the next page is. */
  readonly next: URL | undefined
}

/** All tags of a repository (distribution-spec 1.1, "Listing tags"). @throws InvalidArgument for more than are read */
export async function listTags(
  deps: SessionDeps,
  reference: Reference,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const name = nameOnly(reference)
  const target: Target = { reference: name, scope: pullScope(name), what: 'manifest', object: '' }
  return await visit(deps, name.domain, 'resolve', async endpoint => {
    const tags: string[] = []
    let to: string | URL = `${name.path}/tags/list?n=${PAGE}`
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const request = {
        method: 'GET',
        to,
        headers: {},
        scope: target.scope,
        subject: subjectOf(target, 'GET'),
      } as const
      const page: Page = await retrying(deps.timing, { troubles: TROUBLES, signal }, async () => {
        const response = await registryRequest(deps, endpoint, request, signal)
        const bytes = await readBody(response, PAGE_BYTES_MAX, deps.timing, signal)
        return {
          tags: readTags(bytes),
          next: nextPage(response, link => addressGiven(endpoint, 'GET', response.url, link)),
        }
      })
      tags.push(...page.tags)
      if (tags.length > TAGS_MAX) break
      if (page.next === undefined) return tags
      to = page.next
    }
    throw new InvalidArgument(`${placeOf(target)}: more tags than are read (${TAGS_MAX})`, { fix: 'name one of them' })
  })
}

function readTags(bytes: Buffer): string[] {
  const json = JsonValue.parse(bytes, 'list of tags', PAGE_BYTES_MAX)
  return json.member('tags').strings(TAGS_MAX)
}

/** `Link: </v2/NAME/tags/list?n=1000&last=x>; rel="next"` (RFC 8288). */
function nextPage(response: HttpResponse, resolve: (link: string) => URL): URL | undefined {
  const header = response.header('link')
  if (header === undefined) return undefined
  const link = /^\s*<([^<>]{1,2000})>\s*;\s*rel="?next"?/.exec(header)?.[1]
  if (link === undefined) throw new InvalidArgument(`the registry names the next page of tags as ${quoted(header)}`)
  return resolve(link)
}
