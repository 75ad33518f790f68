import { boolean, filters, int64, list, object, oneOf, type Read, string } from '../schema.ts'

export const ContainerListQuery = object('ContainerListQuery', {
  all: boolean(),
  limit: int64(),
  size: boolean(),
  since: string(),
  before: string(),
  filters: filters(),
})
export type ContainerListQuery = Read<typeof ContainerListQuery>

export const ContainerCreateQuery = object('ContainerCreateQuery', { name: string(), platform: string() })
export type ContainerCreateQuery = Read<typeof ContainerCreateQuery>

export const ContainerInspectQuery = object('ContainerInspectQuery', { size: boolean() })
export type ContainerInspectQuery = Read<typeof ContainerInspectQuery>

export const ContainerStartQuery = object('ContainerStartQuery', {
  checkpoint: string(),
  'checkpoint-dir': string(),
  detachKeys: string(),
})
export type ContainerStartQuery = Read<typeof ContainerStartQuery>

/** Of stop and restart. */
export const ContainerStopQuery = object('ContainerStopQuery', {
  /** Since API 1.42. */
  signal: string(),
  /** Seconds until it is killed; -1 waits for ever; absent for the container's own time. */
  t: int64(),
})
export type ContainerStopQuery = Read<typeof ContainerStopQuery>

export const ContainerKillQuery = object('ContainerKillQuery', { signal: string() })
export type ContainerKillQuery = Read<typeof ContainerKillQuery>

export const ContainerWaitQuery = object('ContainerWaitQuery', {
  /** Since API 1.30; absent for not-running. */
  condition: oneOf('not-running', 'next-exit', 'removed'),
})
export type ContainerWaitQuery = Read<typeof ContainerWaitQuery>

export const ContainerAttachQuery = object('ContainerAttachQuery', {
  detachKeys: string(),
  logs: boolean(),
  stream: boolean(),
  stdin: boolean(),
  stdout: boolean(),
  stderr: boolean(),
})
export type ContainerAttachQuery = Read<typeof ContainerAttachQuery>

/** Times are Unix seconds with a fraction, RFC 3339, or Go durations back from now. */
export const ContainerLogsQuery = object('ContainerLogsQuery', {
  follow: boolean(),
  stdout: boolean(),
  stderr: boolean(),
  since: string(),
  until: string(),
  timestamps: boolean(),
  /** A number of lines, or `all`. */
  tail: string(),
  details: boolean(),
})
export type ContainerLogsQuery = Read<typeof ContainerLogsQuery>

export const ContainerRenameQuery = object('ContainerRenameQuery', { name: string() })
export type ContainerRenameQuery = Read<typeof ContainerRenameQuery>

export const ContainerRemoveQuery = object('ContainerRemoveQuery', {
  v: boolean(),
  link: boolean(),
  force: boolean(),
})
export type ContainerRemoveQuery = Read<typeof ContainerRemoveQuery>

export const ContainerTopQuery = object('ContainerTopQuery', { ps_args: string() })
export type ContainerTopQuery = Read<typeof ContainerTopQuery>

export const ContainerStatsQuery = object('ContainerStatsQuery', {
  /** Absent for true. */
  stream: boolean(),
  /** Since API 1.41: do not wait for a second sample. */
  'one-shot': boolean(),
})
export type ContainerStatsQuery = Read<typeof ContainerStatsQuery>

/** Of HEAD and GET. */
export const ContainerArchiveQuery = object('ContainerArchiveQuery', { path: string() })
export type ContainerArchiveQuery = Read<typeof ContainerArchiveQuery>

export const ContainerExtractQuery = object('ContainerExtractQuery', {
  path: string(),
  noOverwriteDirNonDir: boolean(),
  copyUIDGID: boolean(),
})
export type ContainerExtractQuery = Read<typeof ContainerExtractQuery>

/** The body of a commit is a `ContainerConfig`. */
export const ContainerCommitQuery = object('ContainerCommitQuery', {
  container: string(),
  repo: string(),
  tag: string(),
  comment: string(),
  author: string(),
  /** Absent for true. */
  pause: boolean(),
  /** Instructions of a Dockerfile. */
  changes: list(string()),
})
export type ContainerCommitQuery = Read<typeof ContainerCommitQuery>

export const ContainerPruneQuery = object('ContainerPruneQuery', {
  filters: filters(),
  /** Gantry's own: say what would go. */
  dryRun: boolean(),
})
export type ContainerPruneQuery = Read<typeof ContainerPruneQuery>
