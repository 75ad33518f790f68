import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'
import { CONFIG_BYTES_MAX, type Digest, historySteps, type ImageConfig, parseImageConfig, type Reference } from '#oci'
import type { Archive } from './archive.ts'

/** An image as an archive describes it. */
export interface ArchivedImage {
  readonly config: ImageConfig
  /** Names of members, lowest layer first. */
  readonly layers: readonly string[]
  readonly names: readonly Reference[]
  /** How it came here by way of an OCI layout. */
  readonly oci: OciOrigin | undefined
}

export interface OciOrigin {
  readonly manifest: Digest
  /** Names of the members that are the manifest and the indexes that led to it. */
  readonly documents: readonly string[]
  /** As the manifest calls the layers. */
  readonly layers: readonly Digest[]
}

/** Reads a configuration. @throws InvalidArgument for what cannot run here, in Docker's words */
export async function readConfig(archive: Archive, name: string): Promise<ImageConfig> {
  const config = parseImageConfig(await archive.read(name, CONFIG_BYTES_MAX))
  const { os } = config.platform
  if (os !== '' && os !== 'linux') throw new InvalidArgument(`cannot load ${quoted(os)} image on linux`)
  historySteps(config)
  return config
}

/** @throws InvalidArgument in Docker's words where there are not as many layers as the configuration says */
export function checkLayerCount(layers: readonly unknown[], { diffIds }: ImageConfig): void {
  if (layers.length === diffIds.length) return
  throw new InvalidArgument(
    `invalid manifest, layers length mismatch: expected ${layers.length}, got ${diffIds.length}`,
  )
}
