/** What a prune is limited to, besides what nobody uses. */
export interface PruneConditions {
  /** `key` or `key=value`: all of them hold. */
  readonly labels: readonly string[]
  /** Not all of them hold. */
  readonly notLabels: readonly string[]
  /** Milliseconds since the epoch: made before; undefined is any time. */
  readonly until: number | undefined
}

export function meets(
  { labels, notLabels, until }: PruneConditions,
  own: Readonly<Record<string, string>>,
  created: number,
): boolean {
  if (until !== undefined && created > until) return false
  if (!labels.every(label => labelHolds(own, label))) return false
  return notLabels.length === 0 || !notLabels.every(label => labelHolds(own, label))
}

function labelHolds(own: Readonly<Record<string, string>>, condition: string): boolean {
  const at = condition.indexOf('=')
  const key = at < 0 ? condition : condition.slice(0, at)
  if (!Object.hasOwn(own, key)) return false
  return at < 0 || own[key] === condition.slice(at + 1)
}
