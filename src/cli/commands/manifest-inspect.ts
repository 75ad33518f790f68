import { bool } from '../flags/kinds.ts'
import { fullText, type ImageName } from '../image/reference.ts'
import { entryJson, type ManifestEntry } from '../manifest/entry.ts'
import { fetchEntry, fetchRemote } from '../manifest/fetch.ts'
import { escapeHtml, indentJson } from '../manifest/json-text.ts'
import { checkSameRegistry, listDocument } from '../manifest/list-document.ts'
import { openManifestStore } from '../manifest/open.ts'
import {
  besideName,
  type ManifestDescriptor,
  type ManifestRegistry,
  manifestName,
  registryOf,
} from '../manifest/remote.ts'
import { command } from '../program/command.ts'
import type { Context } from '../program/context.ts'

export const manifestInspect = command({
  usage: '[OPTIONS] [MANIFEST_LIST] MANIFEST',
  arity: { min: 1, max: 2 },
  flags: {
    insecure: bool('Allow communication with an insecure registry'),
    verbose: bool('Output additional info including layers and platform', { short: 'v' }),
  },
  examples: ['manifest inspect alpine', 'manifest inspect -v example.com/app:1 example.com/app:1-arm64'],
  async run({ context, flags, args }) {
    const { verbose, insecure } = flags
    const name = manifestName(args.at(-1) ?? '')
    const [listText] = args.slice(0, -1)
    const store = await openManifestStore(context)
    const print = (text: string) => context.streams.out.line(text)
    if (listText !== undefined) print(keptText(store.get(manifestName(listText), name), verbose))
    else if (store.has(name)) {
      const entries = store.list(name)
      checkSameRegistry(name, verbose ? [] : entries)
      print(verbose ? entriesText(entries) : listDocument(entries.map(({ descriptor }) => descriptor)).text)
    } else print(await remoteText(context, name, insecure, verbose))
  },
})

async function remoteText(context: Context, name: ImageName, insecure: boolean, verbose: boolean): Promise<string> {
  await using registry = await registryOf(context, name, insecure)
  const ref = fullText(name)
  const found = await fetchRemote(registry, ref)
  if (found.kind === 'manifest') {
    return manifestText({ ref, descriptor: found.descriptor, raw: found.bytes }, verbose)
  }
  if (!verbose) return listDocument(found.members).text
  const entries: ManifestEntry[] = []
  for (const member of found.members) entries.push(await fetchMember(registry, name, member))
  return entriesText(entries)
}

/** A member as its list describes it. */
async function fetchMember(
  registry: ManifestRegistry,
  name: ImageName,
  member: ManifestDescriptor,
): Promise<ManifestEntry> {
  const { raw, descriptor } = await fetchEntry(registry, besideName(name, member.digest, false))
  const { platform = descriptor.platform } = member
  return { ref: besideName(name, member.digest, true), raw, descriptor: { ...descriptor, platform } }
}

function manifestText(entry: ManifestEntry, verbose: boolean): string {
  return indentJson(verbose ? entryJson(entry) : Buffer.from(entry.raw).toString('utf8'), '\t')
}

/** Docker shows what it keeps with the escapes that it keeps it with. */
function keptText(entry: ManifestEntry, verbose: boolean): string {
  return verbose ? manifestText(entry, true) : escapeHtml(manifestText(entry, false))
}

function entriesText(entries: readonly ManifestEntry[]): string {
  return indentJson(`[${entries.map(entryJson).join(',')}]`, '\t')
}
