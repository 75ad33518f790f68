import { Failure } from '../failure.ts'
import { bool } from '../flags/kinds.ts'
import { fullText, type ImageName, parseImageName } from '../image/reference.ts'
import type { ManifestEntry } from '../manifest/entry.ts'
import { checkSameRegistry, listDocument } from '../manifest/list-document.ts'
import { openManifestStore } from '../manifest/open.ts'
import { besideName, manifestName, registryOf } from '../manifest/remote.ts'
import { command } from '../program/command.ts'

export const manifestPush = command({
  usage: '[OPTIONS] MANIFEST_LIST',
  arity: { min: 1, max: 1 },
  flags: {
    insecure: bool('Allow push to an insecure registry'),
    purge: bool('Remove the local manifest list after push', { short: 'p' }),
  },
  examples: ['manifest push example.com/app:1', 'manifest push --purge example.com/app:1'],
  async run({ context, flags, args: [text = ''] }) {
    const target = manifestName(text)
    const store = await openManifestStore(context)
    const entries = store.list(target)
    if (entries.length === 0) throw new Failure(`${fullText(target)} not found`)
    checkPlatforms(entries)
    checkSameRegistry(target, entries)
    await using registry = await registryOf(context, target, flags.insecure)
    const foreign = entries.filter(({ ref }) => parseImageName(ref).path !== target.path)
    for (const { ref, descriptor, raw } of foreign) {
      await registry.copyBlobs(ref, fullText(target), descriptor.mediaType, raw)
    }
    for (const { descriptor, raw } of foreign) {
      const to = besideName(target, descriptor.digest, false)
      const digest = await registry.put(to, descriptor.mediaType, raw)
      context.streams.out.line(`Pushed ref ${to} with digest: ${digest}`)
    }
    const { mediaType, text: list } = listDocument(entries.map(({ descriptor }) => descriptor))
    context.streams.out.line(await registry.put(pushedName(target), mediaType, Buffer.from(list)))
    if (flags.purge) store.remove(target)
  },
})

/** A list stands under its tag: what digest it will have is not known before. */
function pushedName(target: ImageName): string {
  return fullText(target.tag === undefined ? target : { ...target, digest: undefined })
}

function checkPlatforms(entries: readonly ManifestEntry[]): void {
  for (const { ref, descriptor } of entries) {
    if (descriptor.platform?.os && descriptor.platform.architecture) continue
    throw new Failure(`manifest ${ref} must have an OS and Architecture to be pushed to a registry`)
  }
}
