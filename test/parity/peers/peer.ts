/**
 * One of the engines that are compared. It has everything of its own: roots, socket, network namespace. Disposing of
 * it takes all of that away.
 */
export interface Peer extends AsyncDisposable {
  /** `gantry`, `docker 20.10`, `docker 28.5`. */
  readonly name: string
  readonly socket: string
  /** Everything of this peer is below it; cases find scratch space in it. */
  readonly folder: string
  /** The newest version of the API that it speaks. */
  readonly apiVersion: string
  /** What it has logged, for the reader of a failure. */
  readonly log: string
}
