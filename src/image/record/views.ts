import { DataCorrupt, errorText, GantryError } from '#lib/errors'
import type { Digest } from '#oci'
import type { Snapshotter } from '#snapshot'
import type { Image } from '../image.ts'
import type { ConfigCache, KnownConfig } from './config-cache.ts'
import type { ImageRecords } from './records.ts'
import type { ImageRecord } from './shape.ts'

/** Images as others see them: records put together with configurations, as far as both are whole. */
export class ImageViews {
  readonly #records: ImageRecords
  readonly #configs: ConfigCache
  readonly #snapshots: Snapshotter

  constructor(records: ImageRecords, configs: ConfigCache, snapshots: Snapshotter) {
    this.#records = records
    this.#configs = configs
    this.#snapshots = snapshots
  }

  get(id: Digest): Image | undefined {
    const record = this.#records.get(id)
    if (record === undefined) return undefined
    const view = this.#view(record)
    return 'damage' in view ? undefined : view
  }

  list(): Image[] {
    return this.#records.list().flatMap(record => {
      const view = this.#view(record)
      return 'damage' in view ? [] : [view]
    })
  }

  damaged(): { readonly id: string; readonly reason: string }[] {
    const images = this.#records.entries().flatMap(entry => {
      if ('corrupt' in entry) return [{ id: entry.key, reason: `its record does not parse: ${entry.corrupt}` }]
      const view = this.#view(entry.value)
      return 'damage' in view ? [{ id: entry.key, reason: view.damage }] : []
    })
    const names = this.#records
      .damagedNames()
      .map(({ key, corrupt }) => ({ id: key, reason: `the record of this name does not parse: ${corrupt}` }))
    return [...images, ...names]
  }

  /** Of the layers, lowest first; none where the configuration cannot be read. */
  diffIds(id: Digest): readonly Digest[] {
    return readableConfig(this.#configs, id)?.config.diffIds ?? []
  }

  chainIds(id: Digest): readonly Digest[] {
    return readableChainIds(this.#configs, id)
  }

  #view(record: ImageRecord): Image | { readonly damage: string } {
    try {
      const { config, chainIds } = this.#configs.get(record.id)
      const chainId = chainIds.at(-1)
      if (chainId !== undefined && this.#snapshots.stat(chainId)?.kind !== 'committed') {
        return { damage: `its layers are gone: no snapshot ${chainId}` }
      }
      const { id, tags, repoDigests, layerSizes, lastTagged, manifest } = record
      const size = layerSizes.reduce((sum, bytes) => sum + bytes, 0)
      return { id, config, chainId, tags, repoDigests, size, layerSizes, lastTagged, manifest }
    } catch (error) {
      if (error instanceof GantryError) return { damage: errorText(error) }
      throw error
    }
  }
}

/** The chain ids of an image's layers, also where other things of it are damaged. */
export function readableChainIds(configs: ConfigCache, id: Digest): readonly Digest[] {
  return readableConfig(configs, id)?.chainIds ?? []
}

function readableConfig(configs: ConfigCache, id: Digest): KnownConfig | undefined {
  try {
    return configs.get(id)
  } catch (error) {
    if (error instanceof DataCorrupt) return undefined
    throw error
  }
}
