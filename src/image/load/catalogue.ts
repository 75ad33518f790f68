import { InvalidArgument } from '#lib/errors'
import { type Digest, formatReference, platformMatches } from '#oci'
import type { Archive } from './archive.ts'
import type { ArchivedImage } from './archived-image.ts'
import { readDockerLayout } from './docker-layout.ts'
import { type PlatformChoice, readOciLayout } from './oci-layout.ts'

/**
 * The images of an archive, each once. An archive may say twice what is in it, for old readers and for new ones; where
 * the two do not agree, nobody can know what its maker meant others to see, and it is refused (SAFETY S78).
 * @throws InvalidArgument
 */
export async function readCatalogue(archive: Archive, choice: PlatformChoice): Promise<ArchivedImage[]> {
  const docker = await readDockerLayout(archive)
  const oci = await readOciLayout(archive, choice)
  if (docker === undefined && oci === undefined) {
    throw new InvalidArgument('invalid archive: does not contain a manifest.json', {
      fix: 'load takes what docker save and skopeo write; a plain root file system is imported instead',
    })
  }
  if (docker !== undefined && oci !== undefined) checkAgreement(docker, oci)
  const { wanted, isDemanded } = choice
  const images = merge([...(docker ?? []), ...(oci ?? [])])
  return isDemanded ? images.filter(({ config }) => platformMatches(config.platform, wanted)) : images
}

function checkAgreement(docker: readonly ArchivedImage[], oci: readonly ArchivedImage[]): void {
  const inDocker = new Set(docker.map(({ config }) => config.id))
  const hasCommon = oci.some(({ config }) => inDocker.has(config.id))
  if (docker.length > 0 && oci.length > 0 && !hasCommon) {
    throw new InvalidArgument('invalid archive: manifest.json and index.json describe different images')
  }
}

/** One entry for each configuration, with all of its names. */
function merge(found: readonly ArchivedImage[]): ArchivedImage[] {
  const byId = new Map<Digest, ArchivedImage>()
  const ids = new Map<string, Digest>()
  for (const image of found) {
    const { id } = image.config
    for (const name of image.names.map(formatReference)) {
      const other = ids.get(name) ?? id
      if (other !== id) throw new InvalidArgument(`invalid archive: ${name} stands for both ${other} and ${id}`)
      ids.set(name, id)
    }
    byId.set(id, together(byId.get(id), image))
  }
  return [...byId.values()]
}

function together(first: ArchivedImage | undefined, second: ArchivedImage): ArchivedImage {
  if (first === undefined) return { ...second, names: unique(second) }
  return { ...first, oci: first.oci ?? second.oci, names: unique(first, second) }
}

function unique(...images: readonly ArchivedImage[]) {
  return [...new Map(images.flatMap(({ names }) => names).map(name => [formatReference(name), name])).values()]
}
