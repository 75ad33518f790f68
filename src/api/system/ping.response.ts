/** What the headers of `HEAD /_ping` say; empty or absent headers are undefined. */
export interface Ping {
  /** `Api-Version`: the newest that the engine speaks. */
  readonly apiVersion: string | undefined
  /** `Ostype` */
  readonly osType: string | undefined
  /** `Docker-Experimental` */
  readonly experimental: boolean
  /** `Builder-Version`: 1 for the classic builder, 2 for BuildKit. */
  readonly builderVersion: string | undefined
  /** `Swarm`: `inactive`, `active/manager`, ... */
  readonly swarm: string | undefined
}
