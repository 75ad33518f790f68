import type { Filters, ImageDeleteItem } from '#api'
import type { ConfigFile } from '#client'
import { formatSize } from '#lib/units'
import { Failure, REFUSED } from '../failure.ts'
import { bool } from '../flags/kinds.ts'
import { filters } from '../flags/lists.ts'
import type { Connection } from '../program/context.ts'

const { short: _, ...filter } = filters('Provide filter values (e.g. "until=<timestamp>")')

export const PRUNE_FLAGS = {
  'dry-run': bool('Show what would be removed, and remove nothing'),
  filter,
  force: bool('Do not prompt for confirmation', { short: 'f' }),
}

/** Filters with those that the configuration file has for every prune; for a label, the command's own word counts. */
export function withConfigured(given: Filters, { settings }: ConfigFile): Filters {
  const found = new Map(given)
  for (const text of settings.pruneFilters ?? []) {
    const at = text.indexOf('=')
    if (at < 0) continue
    const [name, value] = [text.slice(0, at), text.slice(at + 1)]
    const opposite = name === 'label' ? 'label!' : name === 'label!' ? 'label' : undefined
    if (opposite !== undefined && given.get(opposite)?.includes(value)) continue
    found.set(name, [...new Set([...(found.get(name) ?? []), value])])
  }
  return found
}

/** Another engine would take no notice of the flag, and remove. @throws Failure */
export async function checkDryRun({ client }: Connection): Promise<void> {
  const { Platform } = await client.system.version()
  if (Platform.Name === 'Gantry') return
  throw new Failure(`--dry-run: this engine is ${Platform.Name || 'not Gantry'}, which does not know it`, REFUSED)
}

/** `Deleted Containers:` and a line each; nothing where there is none. */
export function sectionText(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map(line => `${line}\n`).join('')}\n`
}

export function imageLines(items: readonly ImageDeleteItem[] | null): string[] {
  return (items ?? []).map(({ Untagged, Deleted }) =>
    Deleted === undefined ? `untagged: ${Untagged ?? ''}` : `deleted: ${Deleted}`,
  )
}

export function reclaimedText(bytes: number, dryRun: boolean): string {
  return `${dryRun ? 'Total space that would be reclaimed' : 'Total reclaimed space'}: ${formatSize(bytes)}`
}
