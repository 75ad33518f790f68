import type { Collection } from '#meta'
import { unknownRepository } from '../refusal.ts'
import type { Listing, Page } from '../registry.ts'
import type { StoreDeps } from './deps.ts'

export function listRepositories({ records }: StoreDeps, page: Page): Listing {
  return pageOf(records.repositories, '', page)
}

export function listTags({ records }: StoreDeps, repository: string, page: Page): Listing {
  if (!records.repositories.has(repository)) throw unknownRepository(repository)
  return pageOf(records.tags, `${repository}:`, page)
}

function pageOf<T>(collection: Collection<T>, prefix: string, { limit, after }: Page): Listing {
  const entries = collection.scan({ prefix, after: `${prefix}${after}`, limit: limit + 1 })
  const names = entries.slice(0, limit).map(({ key }) => key.slice(prefix.length))
  // A page of nothing has no next one (distribution-spec, "Listing Tags": n may be zero).
  return { names, more: limit > 0 && entries.length > limit }
}
