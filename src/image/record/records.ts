import { DataCorrupt } from '#lib/errors'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import type { Collection, Entry, Meta } from '#meta'
import { type Digest, isDigest } from '#oci'
import { isDigestName } from './names.ts'
import { type ImageRecord, type NameRecord, parseImageRecord, parseNameRecord } from './shape.ts'

/** What an image is made of. */
export type ImageContent = Pick<ImageRecord, 'id' | 'manifest' | 'blobs' | 'layerSizes'>

/** An image that is whole on the disk, to be made known. */
export interface Publication extends ImageContent {
  /** Names that lead to it from now on, wherever they led before. */
  readonly names: readonly string[]
  /** Blobs of layers that this operation has unpacked, by chain id, where the manifest does not say. */
  readonly unpacked?: ReadonlyMap<Digest, Digest>
}

/**
 * The records of images and names. A name leads to one image; an image's record repeats its names, so that it can be
 * shown without looking at all others. Both change in one transaction, and where one of them is damaged the other still
 * says enough.
 */
export class ImageRecords {
  readonly #meta: Meta
  readonly #images: Collection<ImageRecord>
  readonly #names: Collection<NameRecord>
  #generation = 0

  constructor(meta: Meta) {
    this.#meta = meta
    this.#images = meta.collection('image', parseImageRecord)
    this.#names = meta.collection('image-name', parseNameRecord)
  }

  /** Another number after every change. */
  get generation(): number {
    return this.#generation
  }

  /** Undefined also for a record that does not parse. */
  get(id: Digest): ImageRecord | undefined {
    return readable(this.#images, id)
  }

  list(): ImageRecord[] {
    return this.#images.list()
  }

  entries(): Entry<ImageRecord>[] {
    return this.#images.entries()
  }

  /** Names whose records do not parse. */
  damagedNames(): { readonly key: string; readonly corrupt: string }[] {
    return this.#names.entries().flatMap(entry => ('corrupt' in entry ? [entry] : []))
  }

  /** The id that a name leads to. */
  idOf(name: string): Digest | undefined {
    return readable(this.#names, name)?.id
  }

  /** The one id that begins with `hex`; undefined where there is none or more than one. */
  idByPrefix(hex: string): Digest | undefined {
    const [found, ...others] = this.#images.entries().filter(({ key }) => key.startsWith(`sha256:${hex}`))
    return found !== undefined && others.length === 0 && isDigest(found.key) ? found.key : undefined
  }

  /** Makes images known with their names, all or none of them, together with what `also` writes. */
  publish(images: readonly Publication[], also: () => void = () => {}): void {
    this.#change(() => {
      also()
      for (const { names, unpacked: _, ...content } of images) {
        const { tags, repoDigests, lastTagged } = this.get(content.id) ?? this.#namesOf(content.id)
        this.#images.put(content.id, { ...content, tags, repoDigests, lastTagged })
        for (const name of names) if (this.idOf(name) !== content.id) this.#lead(name, content.id)
      }
    })
  }

  /** Makes `name` lead to the image. */
  name(name: string, id: Digest): void {
    this.#change(() => this.#lead(name, id))
  }

  unname(name: string): void {
    this.#change(() => {
      for (const id of this.#idsNamed(name)) this.#edit(id, record => without(record, name))
      this.#names.delete(name)
    }, true)
  }

  remove(id: Digest): void {
    this.#change(() => {
      for (const entry of this.#names.entries()) {
        if ('value' in entry && entry.value.id === id) this.#names.delete(entry.key)
      }
      this.#images.delete(id)
    }, true)
  }

  #lead(name: string, id: Digest): void {
    for (const before of this.#idsNamed(name)) {
      if (before !== id) this.#edit(before, record => without(record, name))
    }
    this.#names.put(name, { id })
    this.#edit(id, record => ({ ...withName(record, name), lastTagged: formatRfc3339Nano(nowNanos()) }))
  }

  /** The image that has the name; where the name's record is damaged, whoever says so. */
  #idsNamed(name: string): Digest[] {
    const id = this.idOf(name)
    if (id !== undefined || !this.#names.has(name)) return id === undefined ? [] : [id]
    return this.list()
      .filter(({ tags, repoDigests }) => tags.includes(name) || repoDigests.includes(name))
      .map(image => image.id)
  }

  #edit(id: Digest, change: (record: ImageRecord) => ImageRecord): void {
    const record = this.get(id)
    if (record !== undefined) this.#images.put(id, change(record))
  }

  /** What the names say of an image whose own record is lost. */
  #namesOf(id: Digest): Pick<ImageRecord, 'tags' | 'repoDigests' | 'lastTagged'> {
    const names = this.#names.entries().flatMap(entry => ('value' in entry && entry.value.id === id ? [entry.key] : []))
    return {
      tags: names.filter(name => !isDigestName(name)),
      repoDigests: names.filter(isDigestName),
      lastTagged: undefined,
    }
  }

  #change(body: () => void, release = false): void {
    this.#meta.write(body, { release })
    this.#generation++
  }
}

function withName(record: ImageRecord, name: string): ImageRecord {
  const key = isDigestName(name) ? 'repoDigests' : 'tags'
  return { ...record, [key]: [...new Set([...record[key], name])].sort() }
}

function without(record: ImageRecord, name: string): ImageRecord {
  const others = (names: readonly string[]) => names.filter(other => other !== name)
  return { ...record, tags: others(record.tags), repoDigests: others(record.repoDigests) }
}

function readable<T>(collection: Collection<T>, key: string): T | undefined {
  try {
    return collection.get(key)
  } catch (error) {
    if (error instanceof DataCorrupt) return undefined
    throw error
  }
}
