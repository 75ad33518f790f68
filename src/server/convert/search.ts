import { checkFilters, type Filters, filterFlag, type ImageSearchItem } from '#api'
import type { FoundRepository } from '#image'
import { InvalidArgument } from '#lib/errors'

/** @throws InvalidArgument for filters that are none */
export function searchItems(found: readonly FoundRepository[], filters: Filters): ImageSearchItem[] {
  checkFilters(filters, ['is-automated', 'is-official', 'stars'])
  const isOfficial = filterFlag(filters, 'is-official')
  const stars = starsOf(filters)
  // Automated builds are no more: nothing is one.
  if (filterFlag(filters, 'is-automated') === true) return []
  return found
    .filter(item => item.stars >= stars && (isOfficial === undefined || item.isOfficial === isOfficial))
    .map(item => ({
      star_count: item.stars,
      is_official: item.isOfficial,
      name: item.name,
      is_automated: false,
      description: item.description,
    }))
}

function starsOf(filters: Filters): number {
  const values = filters.get('stars') ?? []
  return Math.max(
    0,
    ...values.map(text => {
      if (!/^\d{1,15}$/.test(text)) throw new InvalidArgument(`invalid filter 'stars=${text}'`, { fix: 'say a number' })
      return Number(text)
    }),
  )
}
