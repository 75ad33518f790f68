/** Layered file systems; hands out mounts and mounts nothing for others. */
export { type ApplyRequest, type ApplyResult, applyLayer, TRAILING_BYTES_MAX } from './apply.ts'
export { type Compression, decompress, detectCompression, isInflateError, MAGIC_BYTES } from './compression.ts'
export { InitLayers, initLayerName } from './init-layer.ts'
export { measure as folderUsage } from './measure.ts'
export { type OverlayOptions, openOverlay } from './overlay.ts'
export { type CommitOptions, type SnapshotInfo, SnapshotRecord, type Snapshotter, type Usage } from './snapshotter.ts'
export { type Change, changesOf } from './tree/changes.ts'
export { layerTar, mergedTar } from './tree/tars.ts'
