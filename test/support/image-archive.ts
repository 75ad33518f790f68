import { type Digest, digestOf, hexOf, OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '#oci'
import { type ArchiveMember, file, symlink } from './tar-archive.ts'

export interface ArchiveImage {
  readonly layers: readonly Buffer[]
  readonly names?: readonly string[]
  readonly platform?: { readonly os: string; readonly architecture: string }
  /** More for the configuration. */
  readonly config?: object
}

export function configOf({ layers, platform, config }: ArchiveImage): Buffer {
  const rootfs = { type: 'layers', diff_ids: layers.map(layer => digestOf(layer)) }
  return Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', ...platform, config: {}, rootfs, ...config }))
}

/** The members that `docker save` wrote before version 25. */
export function dockerMembers(images: readonly ArchiveImage[]): ArchiveMember[] {
  const members = new Map<string, ArchiveMember>()
  const add = (member: ArchiveMember) => void members.set(member.name, member)
  const items = images.map(image => {
    const config = configOf(image)
    add(file(`${hexOf(digestOf(config))}.json`, config))
    const names = image.layers.map((layer, at) => {
      const folder = hexOf(digestOf(`${at} ${digestOf(layer)}`))
      add(file(`${folder}/VERSION`, '1.0'))
      add(file(`${folder}/json`, JSON.stringify({ id: folder })))
      add(file(`${folder}/layer.tar`, layer))
      return `${folder}/layer.tar`
    })
    return { Config: `${hexOf(digestOf(config))}.json`, RepoTags: image.names ?? null, Layers: names }
  })
  add(file('manifest.json', JSON.stringify(items)))
  add(file('repositories', '{}'))
  return [...members.values()]
}

/** As the oldest ones had it: a layer that is in two images is a link in the second. */
export function withLinkedLayer(members: readonly ArchiveMember[], name: string, to: string): ArchiveMember[] {
  return members.map(member => (member.name === name ? symlink(name, to) : member))
}

export interface OciMembers {
  readonly members: ArchiveMember[]
  readonly manifests: readonly { readonly mediaType: string; readonly digest: Digest; readonly size: number }[]
}

/** The members of an OCI layout, one manifest for each image; `pack` makes blobs of layers. */
export function ociMembers(
  images: readonly ArchiveImage[],
  annotation = 'org.opencontainers.image.ref.name',
  pack: (layer: Buffer) => { readonly bytes: Buffer; readonly mediaType: string } = bytes => ({
    bytes,
    mediaType: OCI_LAYER,
  }),
): OciMembers {
  const members = new Map<string, ArchiveMember>()
  const store = (bytes: Buffer, mediaType: string) => {
    const digest = digestOf(bytes)
    const name = `blobs/sha256/${hexOf(digest)}`
    members.set(name, file(name, bytes))
    return { mediaType, digest, size: bytes.length }
  }
  const manifests = images.map(image => {
    const config = store(configOf(image), OCI_CONFIG)
    const layers = image.layers.map(layer => {
      const { bytes, mediaType } = pack(layer)
      return store(bytes, mediaType)
    })
    const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }
    return store(Buffer.from(JSON.stringify(document)), OCI_MANIFEST)
  })
  const entries = manifests.flatMap((manifest, at) => {
    const names = images[at]?.names ?? []
    const named = names.map(name => ({ ...manifest, annotations: { [annotation]: name } }))
    return named.length > 0 ? named : [manifest]
  })
  members.set(
    'index.json',
    file('index.json', JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries })),
  )
  members.set('oci-layout', file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'))
  return { members: [...members.values()], manifests }
}
