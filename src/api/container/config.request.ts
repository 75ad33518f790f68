import { boolean, int64, list, map, object, type Read, string, stringOrList } from '../schema.ts'

/** Durations are nanoseconds; 0 means the default. */
export const HealthConfig = object('HealthConfig', {
  /** `[]` inherits, `["NONE"]` disables, else `CMD` or `CMD-SHELL` and the command; Gantry's own: `HTTP` or `TCP` and where. */
  Test: list(string()),
  Interval: int64(),
  Timeout: int64(),
  StartPeriod: int64(),
  StartInterval: int64(),
  Retries: int64(),
  /** Gantry's own: what is done when the container turns unhealthy: `none`, `kill`, `restart`, `stop`. */
  OnFailure: string(),
})
export type HealthConfig = Read<typeof HealthConfig>

const Empty = object('Empty', {})

/** What a container runs, apart from the host it runs on: the fields of an image's config, and of create and commit. */
export const configFields = {
  Hostname: string(),
  Domainname: string(),
  User: string(),
  AttachStdin: boolean(),
  AttachStdout: boolean(),
  AttachStderr: boolean(),
  /** Keys are `80/tcp`. */
  ExposedPorts: map(Empty),
  Tty: boolean(),
  OpenStdin: boolean(),
  StdinOnce: boolean(),
  /** `A=b`; a name without `=` removes what the image sets. */
  Env: list(string()),
  Cmd: stringOrList(),
  Healthcheck: HealthConfig,
  ArgsEscaped: boolean(),
  Image: string(),
  /** Keys are paths in the container. */
  Volumes: map(Empty),
  WorkingDir: string(),
  Entrypoint: stringOrList(),
  NetworkDisabled: boolean(),
  /** Before API 1.44; then in the endpoint's settings. */
  MacAddress: string(),
  OnBuild: list(string()),
  Labels: map(string()),
  StopSignal: string(),
  /** Seconds; -1 waits for ever. */
  StopTimeout: int64(),
  Shell: stringOrList(),
} as const

export const ContainerConfig = object('ContainerConfig', configFields)
export type ContainerConfig = Read<typeof ContainerConfig>
