/** An engine that is measured: everything of it is its own, and goes when it is disposed of. */
export interface Engine extends AsyncDisposable {
  /** As in the table: `gantry`, `docker 28.5`, `podman`. */
  readonly name: string
  /** The same for every engine: an image `busybox`. */
  command(args: readonly string[]): Command
  /** Where it speaks Docker's API; undefined for those that have no daemon. */
  readonly socket: string | undefined
  /** Processes that `body` starts at once are where this engine finds them on its loopback. */
  inNetwork<T>(body: () => T): T
  /** Processes of the engine itself, those of containers left out. */
  processes(): readonly number[]
}

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}
