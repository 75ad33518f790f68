import { Refusal } from '../refusal.ts'
import type { Listing, Page } from '../registry.ts'
import type { Headers } from './answer.ts'

/** Names in one answer, whatever the client asks for: it follows the Link for more. */
export const PAGE_MAX = 1000

/** Beyond this it is no wish but an attempt (CVE-2023-2253, SAFETY S76). */
const WISH_MAX = 1_000_000

/** @throws Refusal PAGINATION_NUMBER_INVALID */
export function parsePage(query: URLSearchParams): Page {
  const wish = query.get('n')
  if (wish !== null && (!/^\d{1,10}$/.test(wish) || Number(wish) > WISH_MAX)) {
    throw new Refusal(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested', {
      fix: `n is a number from 0 to ${WISH_MAX}; at most ${PAGE_MAX} names come at once`,
    })
  }
  const after = query.get('last') ?? ''
  return { limit: Math.min(wish === null ? PAGE_MAX : Number(wish), PAGE_MAX), after }
}

/** Where the names after these are (RFC 8288; distribution-spec, "Listing Tags"). */
export function linkHeader(path: string, page: Page, { names, more }: Listing): Headers {
  const last = names.at(-1)
  if (!more || last === undefined) return {}
  return { link: `<${path}?n=${page.limit}&last=${encodeURIComponent(last)}>; rel="next"` }
}
