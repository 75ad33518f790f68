import { sendJson } from '../http/answer.ts'
import type { Call } from '../http/call.ts'
import { linkHeader, parsePage } from '../http/page.ts'
import type { Listing, Page } from '../registry.ts'

/** Names that are looked at in one go. */
const BATCH = 1000

/** GET /v2/: the protocol is spoken here, and the client may use it. */
export function checkBase({ response }: Call): void {
  sendJson(response, 200, {})
}

/** GET /v2/_catalog (Docker's; distribution-spec names it reserved). */
export async function getCatalog(call: Call): Promise<void> {
  const page = parsePage(call.query)
  const listing = await readableNames(call, page)
  sendJson(call.response, 200, { repositories: listing.names }, linkHeader('/v2/_catalog', page, listing))
}

/** GET /v2/NAME/tags/list */
export async function getTags(call: Call, repository: string): Promise<void> {
  const page = parsePage(call.query)
  const listing = await call.registry.reader.tags(repository, page)
  const link = linkHeader(`/v2/${repository}/tags/list`, page, listing)
  sendJson(call.response, 200, { name: repository, tags: listing.names }, link)
}

/** Of the repositories only those that the client may read: the names of others are none of its business. */
async function readableNames({ registry, access, signal }: Call, page: Page): Promise<Listing> {
  if (access.isFull) return await registry.reader.catalog(page)
  const names: string[] = []
  for (let after = page.after, more = true; more && names.length <= page.limit; ) {
    signal.throwIfAborted()
    const next = await registry.reader.catalog({ limit: BATCH, after })
    names.push(...next.names.filter(name => access.may('pull', name)))
    after = next.names.at(-1) ?? after
    more = next.more
  }
  return { names: names.slice(0, page.limit), more: page.limit > 0 && names.length > page.limit }
}
