import { errorText } from '#lib/errors'
import { Failure } from '../failure.ts'
import { bool } from '../flags/kinds.ts'
import { fullText, type ImageName } from '../image/reference.ts'
import type { ManifestEntry } from '../manifest/entry.ts'
import { fetchEntry } from '../manifest/fetch.ts'
import { openManifestStore } from '../manifest/open.ts'
import { manifestName, registryOf } from '../manifest/remote.ts'
import { command } from '../program/command.ts'
import type { Context } from '../program/context.ts'

export const manifestCreate = command({
  usage: 'MANIFEST_LIST MANIFEST [MANIFEST...]',
  arity: { min: 2 },
  flags: {
    amend: bool('Amend an existing manifest list', { short: 'a' }),
    insecure: bool('Allow communication with an insecure registry'),
  },
  examples: ['manifest create example.com/app:1 example.com/app:1-amd64 example.com/app:1-arm64'],
  async run({ context, flags, args: [text = '', ...texts] }) {
    const target = listName(text)
    const store = await openManifestStore(context)
    if (store.has(target) && !flags.amend) {
      throw new Failure('refusing to amend an existing manifest list with no --amend flag')
    }
    const members = texts.map(manifestName)
    // Nothing is kept unless all of it can be: a list that lacks some is not what was asked for.
    const entries: ManifestEntry[] = []
    for (const member of members) {
      entries.push(store.find(target, member) ?? (await fetchFrom(context, member, flags.insecure)))
    }
    for (const [at, member] of members.entries()) {
      const entry = entries[at]
      if (entry !== undefined) store.save(target, member, entry)
    }
    context.streams.out.line(`Created manifest list ${fullText(target)}`)
  },
})

async function fetchFrom(context: Context, member: ImageName, insecure: boolean): Promise<ManifestEntry> {
  await using registry = await registryOf(context, member, insecure)
  return await fetchEntry(registry, member)
}

function listName(text: string): ImageName {
  try {
    return manifestName(text)
  } catch (error) {
    throw new Failure(`error parsing name for manifest list ${text}: ${errorText(error)}`, undefined, error)
  }
}
