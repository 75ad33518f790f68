export interface ExecCreateResponse {
  readonly Id: string
}

/** The answer of `GET /exec/{id}/json`. */
export interface ExecInspectResponse {
  readonly ID: string
  readonly Running: boolean
  /** Null until it has exited. */
  readonly ExitCode: number | null
  readonly ProcessConfig: {
    readonly tty: boolean
    readonly entrypoint: string
    readonly arguments: readonly string[]
    readonly privileged: boolean
    readonly user?: string
  }
  readonly OpenStdin: boolean
  readonly OpenStderr: boolean
  readonly OpenStdout: boolean
  readonly CanRemove: boolean
  readonly ContainerID: string
  /** The codes of the keys as base64; empty for the usual ones. */
  readonly DetachKeys: string | null
  readonly Pid: number
}
