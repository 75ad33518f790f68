/** The domain: containers and what happens to them. The only room that orchestrates the others. */
export { type AttachOptions, attachContainer, resizeContainer } from './container/attach.ts'
export { containerChanges } from './container/changes.ts'
export { type CommitOptions, commitContainer } from './container/commit.ts'
export { type CreateRequest, createContainer } from './container/create.ts'
export { type ExportOptions, exportContainer } from './container/export.ts'
export { containerFolder, logPath } from './container/folder.ts'
export { killContainer } from './container/kill.ts'
export { type ListFilters, type ListOptions, listContainers } from './container/list.ts'
export { containerLogs, type LogsOptions } from './container/logs.ts'
export { pauseContainer, unpauseContainer } from './container/pause.ts'
export type {
  Bind,
  ContainerRecord,
  ContainerSpec,
  ContainerState,
  Health,
  HealthSettings,
  RestartPolicy,
} from './container/record.ts'
export { type RemoveOptions, removeContainer } from './container/remove.ts'
export { renameContainer } from './container/rename.ts'
export { restartContainer } from './container/restart.ts'
export { Restarter } from './container/restarter.ts'
export { startContainer, startContainerAgain } from './container/start.ts'
export { containerStats, type Sample, type StatsOptions, type StatsReport } from './container/stats.ts'
export { type StopOptions, stopContainer } from './container/stop.ts'
export { ContainerStore } from './container/store.ts'
export { type ProcessTable, topContainer } from './container/top.ts'
export { type UpdateRequest, updateContainer } from './container/update.ts'
export { type WaitCondition, waitContainer } from './container/wait.ts'
export { resultOf, Waiters, type WaitResult } from './container/waiters.ts'
export type { EngineConfig, EngineDeps } from './deps.ts'
export { type EngineEvent, Events } from './event/events.ts'
export type { EventFilters } from './event/filter.ts'
export { type WatchOptions, watchEvents } from './event/watch.ts'
export { createExec, type ExecSpec } from './exec/create.ts'
export { execDetached } from './exec/detached.ts'
export type { Exec, ExecRecord, ExecState } from './exec/record.ts'
export { resizeExec } from './exec/resize.ts'
export { type ExecStartOptions, type StartedExec, startExec } from './exec/start.ts'
export { ExecStore } from './exec/store.ts'
export { HealthBook } from './health/book.ts'
export { actOnFailure } from './health/on-failure.ts'
export { type Removed, removeImage } from './image/remove.ts'
export {
  importImage,
  inspectRemoteImage,
  loadImages,
  pullImage,
  pushImage,
  saveImages,
  type TransferOptions,
  tagImage,
} from './image/verbs.ts'
export type { LogEntry } from './log/entries.ts'
export type { PruneConditions } from './prune/conditions.ts'
export { type PruneContainersOptions, type PrunedContainers, pruneContainers } from './prune/containers.ts'
export { type PrunedImages, type PruneImagesOptions, pruneImages } from './prune/images.ts'
export { restore } from './restore/restore.ts'
export { type DiskUsage, diskUsage } from './usage/usage.ts'
