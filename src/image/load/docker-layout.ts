import { InvalidArgument } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { quoted } from '#lib/printable'
import { DESCRIPTOR_ENTRIES_MAX, DOCUMENT_BYTES_MAX, parseReference, type Reference } from '#oci'
import type { Archive } from './archive.ts'
import { type ArchivedImage, checkLayerCount, readConfig } from './archived-image.ts'

const MANIFEST = 'manifest.json'

/** The images of an archive of `docker save` (Docker image spec 1.3, "manifest.json"); undefined where it is none. */
export async function readDockerLayout(archive: Archive): Promise<ArchivedImage[] | undefined> {
  if (!archive.has(MANIFEST)) return undefined
  const json = JsonValue.parse(await archive.read(MANIFEST, DOCUMENT_BYTES_MAX), MANIFEST, DOCUMENT_BYTES_MAX)
  if (json.absent) throw new InvalidArgument('invalid manifest, manifest cannot be null (but can be [])')
  const images: ArchivedImage[] = []
  for (const item of json.elements(DESCRIPTOR_ENTRIES_MAX)) images.push(await readItem(archive, item))
  return images
}

async function readItem(archive: Archive, item: JsonValue): Promise<ArchivedImage> {
  const config = await readConfig(archive, item.member('Config').string())
  const layers = item.member('Layers').strings(DESCRIPTOR_ENTRIES_MAX)
  checkLayerCount(layers, config)
  const names = item.member('RepoTags').strings(DESCRIPTOR_ENTRIES_MAX).map(readTag)
  return { config, layers, names, oci: undefined }
}

function readTag(text: string): Reference {
  const reference = parseReference(text)
  if (reference.tag === undefined || reference.digest !== undefined) {
    throw new InvalidArgument(`invalid tag ${quoted(text)}`)
  }
  return reference
}
