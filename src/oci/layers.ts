import { InvalidArgument } from '#lib/errors'
import { type Digest, digestOf } from './digest.ts'
import type { Manifest } from './document.ts'
import type { HistoryEntry, ImageConfig } from './image-config.ts'

/**
 * The chain id of every stack of layers, lowest alone first (OCI image-spec, config, "Layer ChainID"): the last one
 * names the whole root file system.
 */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const chain: Digest[] = []
  for (const diffId of diffIds) {
    const below = chain.at(-1)
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`))
  }
  return chain
}

export interface HistoryStep {
  readonly entry: HistoryEntry
  /** The layer that the step made: its place in `diffIds`; undefined for a step that made none. */
  readonly layer: number | undefined
}

/**
 * Which step of the history made which layer. Layers without a step are legal (squashed images have no history).
 * @throws InvalidArgument where the history tells of more layers than there are.
 */
export function historySteps(config: Pick<ImageConfig, 'history' | 'diffIds'>): readonly HistoryStep[] {
  let layer = 0
  const steps = config.history.map(entry => ({ entry, layer: entry.emptyLayer ? undefined : layer++ }))
  if (layer > config.diffIds.length) {
    throw new InvalidArgument(
      `invalid image configuration: too many non-empty layers in History section (${layer}, ` +
        `but rootfs has ${config.diffIds.length})`,
    )
  }
  return steps
}

/**
 * A manifest and the configuration that it names must be of one image.
 * @throws InvalidArgument in Docker's words where their layers differ in number.
 */
export function checkLayers(manifest: Manifest, config: ImageConfig): void {
  if (manifest.layers.length !== config.diffIds.length) {
    throw new InvalidArgument(
      `layers from manifest don't match image configuration (${manifest.layers.length} layers, ` +
        `${config.diffIds.length} diff ids in ${config.id})`,
    )
  }
}
