/** Layered file systems; hands out mounts and mounts nothing for others. */
export { type ApplyRequest, type ApplyResult, applyLayer, TRAILING_BYTES_MAX } from './apply.ts'
export { archiveChunks } from './archive-chunks.ts'
export { type Compression, decompress, detectCompression, isInflateError, MAGIC_BYTES } from './compression.ts'
export type { UnpackRules } from './files/member-writer.ts'
export { type PackedPath, packPath } from './files/pack.ts'
export { type PathFacts, pathFacts } from './files/path.ts'
export { Unpacking } from './files/unpack.ts'
export { InitLayers, initLayerName } from './init-layer.ts'
export { canMapLayers } from './mapped.ts'
export { measure as folderUsage } from './measure.ts'
export { type OverlayOptions, openOverlay } from './overlay.ts'
export {
  type CommitOptions,
  type Scratch,
  type SnapshotInfo,
  SnapshotRecord,
  type Snapshotter,
  type Usage,
} from './snapshotter.ts'
export { type Change, changesOf } from './tree/changes.ts'
export { layerTar, mergedTar } from './tree/tars.ts'
