import { sendJson } from '../http/answer.ts'
import type { Call } from '../http/call.ts'
import { linkHeader, parsePage } from '../http/page.ts'

/** GET /v2/: the protocol is spoken here, and the client may use it. */
export function checkBase({ response }: Call): void {
  sendJson(response, 200, {})
}

/** GET /v2/_catalog (Docker's; distribution-spec names it reserved). */
export async function getCatalog(call: Call): Promise<void> {
  const page = parsePage(call.query)
  const listing = await call.registry.reader.catalog(page)
  sendJson(call.response, 200, { repositories: listing.names }, linkHeader('/v2/_catalog', page, listing))
}

/** GET /v2/NAME/tags/list */
export async function getTags(call: Call, repository: string): Promise<void> {
  const page = parsePage(call.query)
  const listing = await call.registry.reader.tags(repository, page)
  const link = linkHeader(`/v2/${repository}/tags/list`, page, listing)
  sendJson(call.response, 200, { name: repository, tags: listing.names }, link)
}
