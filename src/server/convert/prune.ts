import { checkFilters, type Filters } from '#api'
import type { PruneConditions } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { parseWhen } from './when.ts'

const CONDITIONS = ['label', 'label!', 'until']

/** What the filters of a prune ask for, besides those in `own`. @throws InvalidArgument in Docker's words */
export function pruneConditions(filters: Filters, own: readonly string[] = []): PruneConditions {
  checkFilters(filters, [...own, ...CONDITIONS])
  const [until, ...more] = filters.get('until') ?? []
  if (more.length > 0) throw new InvalidArgument('more than one until filter specified')
  return {
    labels: filters.get('label') ?? [],
    notLabels: filters.get('label!') ?? [],
    until: until === undefined ? undefined : parseWhen(until, Date.now()),
  }
}
