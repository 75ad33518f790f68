export type EventType =
  | 'builder'
  | 'config'
  | 'container'
  | 'daemon'
  | 'image'
  | 'network'
  | 'node'
  | 'plugin'
  | 'secret'
  | 'service'
  | 'volume'

/** One line of `GET /events`. */
export interface EventMessage {
  /** Of containers and images only, for old clients: the action, the id and the image; as the next two. */
  readonly status?: string
  readonly id?: string
  readonly from?: string
  readonly Type: EventType
  /** `exec_create: sh -c true` and `health_status: healthy` carry more than a word. */
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly scope: 'local' | 'swarm'
  /** Unix seconds. */
  readonly time: number
  /** Unix nanoseconds. */
  readonly timeNano: bigint
}
