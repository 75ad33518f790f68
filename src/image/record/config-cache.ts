import { readFileSync, statSync } from 'node:fs'
import type { ContentStore } from '#content'
import { DataCorrupt, errorCode, errorText } from '#lib/errors'
import { CONFIG_BYTES_MAX, chainIds, type Digest, type ImageConfig, parseImageConfig } from '#oci'

/** Bytes of configurations that are kept parsed: a thousand of the usual ones. */
const CACHE_BYTES_MAX = 16 * 1024 * 1024

export interface KnownConfig {
  readonly config: ImageConfig
  /** Of every stack of its layers, lowest alone first. */
  readonly chainIds: readonly Digest[]
}

/** Configurations by id, the least recently used forgotten first. */
export class ConfigCache {
  readonly #content: ContentStore
  readonly #known = new Map<Digest, KnownConfig>()
  #bytes = 0

  constructor(content: ContentStore) {
    this.#content = content
  }

  /** @throws DataCorrupt where it is not there, or not what it was. */
  get(id: Digest): KnownConfig {
    const known = this.#known.get(id) ?? this.#read(id)
    this.#forget(id)
    this.#known.set(id, known)
    this.#bytes += known.config.raw.length
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= CACHE_BYTES_MAX) break
      this.#forget(oldest)
    }
    return known
  }

  #forget(id: Digest): void {
    this.#bytes -= this.#known.get(id)?.config.raw.length ?? 0
    this.#known.delete(id)
  }

  #read(id: Digest): KnownConfig {
    const config = this.#parse(id)
    if (config.id !== id) throw new DataCorrupt(`its configuration does not match its digest: ${config.id}`)
    return { config, chainIds: chainIds(config.diffIds) }
  }

  #parse(id: Digest): ImageConfig {
    const path = this.#content.path(id)
    try {
      if (statSync(path).size > CONFIG_BYTES_MAX) throw new Error('too long')
      return parseImageConfig(readFileSync(path))
    } catch (error) {
      const reason = errorCode(error) === 'ENOENT' ? 'it is not there' : errorText(error)
      throw new DataCorrupt(`its configuration cannot be read: ${reason}`, { cause: error })
    }
  }
}
