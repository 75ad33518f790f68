/** Layered file systems; hands out mounts and mounts nothing for others. */
export { type ApplyRequest, type ApplyResult, applyLayer, type Compression, detectCompression } from './apply.ts'
export { InitLayers, initLayerName } from './init-layer.ts'
export { type OverlayOptions, openOverlay } from './overlay.ts'
export { type SnapshotInfo, SnapshotRecord, type Snapshotter, type Usage } from './snapshotter.ts'
