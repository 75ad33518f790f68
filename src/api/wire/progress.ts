/** How far a layer, an upload or a download is. Docker leaves zeros out. */
export interface ProgressDetail {
  readonly current?: number
  readonly total?: number
  /** Unix seconds; lets clients estimate what is left. */
  readonly start?: number
  readonly hidecounts?: boolean
  /** Absent for bytes. */
  readonly units?: string
}

export interface ErrorDetail {
  readonly code?: number
  readonly message?: string
}

/**
 * One line of a progress stream (pull, push, load, import, build, prune). Lines end in CR LF. An error after the first
 * line cannot change the status any more; it is the last line, with `error` and `errorDetail`.
 */
export interface ProgressMessage {
  /** Output of a build step, or of load: text for the terminal as it is. */
  readonly stream?: string
  readonly status?: string
  /** What `status` is about: a short layer id, a tag. */
  readonly id?: string
  /** Empty (`{}`) where there is a status with an id but nothing to measure. */
  readonly progressDetail?: ProgressDetail
  /** `progressDetail` as a bar drawn by the engine, for old clients. */
  readonly progress?: string
  readonly errorDetail?: ErrorDetail
  /** The text of `errorDetail`, for old clients. */
  readonly error?: string
  /** For programs: `BuildResult`, `PushResult` or a trace of BuildKit. */
  readonly aux?: unknown
}

/** `aux` of a build: the image that was made. */
export interface BuildResult {
  readonly ID: string
}

/** `aux` of a push. */
export interface PushResult {
  readonly Tag: string
  readonly Digest: string
  readonly Size: number
}
