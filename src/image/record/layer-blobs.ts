import * as Type from 'typebox'
import { DataCorrupt } from '#lib/errors'
import { type Collection, type Meta, recordParser } from '#meta'
import { type Digest, parseDigest } from '#oci'

/** The blob that a layer was unpacked from. */
export interface LayerBlob {
  readonly blob: Digest
}

const check = recordParser(Type.Object({ blob: Type.String() }))

export function parseLayerBlob(value: unknown): LayerBlob {
  return { blob: parseDigest(check(value).blob) }
}

/**
 * Which blob an unpacked layer can be had from again, byte for byte, by chain id: what archives and registries are
 * given. Images share layers that they came by in different packings, and a container may outlive its image; the
 * layer's blob stays as long as the unpacked layer does.
 */
export class LayerBlobs {
  readonly #meta: Meta
  readonly #layers: Collection<LayerBlob>

  constructor(meta: Meta) {
    this.#meta = meta
    this.#layers = meta.collection('layer', parseLayerBlob)
  }

  get(chainId: string): Digest | undefined {
    try {
      return this.#layers.get(chainId)?.blob
    } catch (error) {
      if (error instanceof DataCorrupt) return undefined
      throw error
    }
  }

  put(chainId: Digest, blob: Digest): void {
    if (this.get(chainId) !== blob) this.#layers.put(chainId, { blob })
  }

  /** For a layer that is not unpacked any more. */
  forget(chainId: string): void {
    if (this.#layers.has(chainId)) this.#meta.write(() => this.#layers.delete(chainId), { release: true })
  }
}
