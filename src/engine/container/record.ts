import * as Type from 'typebox'
import { recordParser } from '#meta'
import { askedSettings } from './host-settings.ts'

const Strings = Type.Array(Type.String())
const Text = Type.String()
const Flag = Type.Boolean()
const Count = Type.Integer()
const Labels = Type.Record(Type.String(), Type.String())
/** RFC 3339 with nanoseconds. */
const Time = Type.String()

/** Where a container's own settings say nothing, the image's were filled in when it was created. */
const ProcessSettings = Type.Object({
  entrypoint: Type.Union([Strings, Type.Null()]),
  cmd: Type.Union([Strings, Type.Null()]),
  env: Strings,
  workingDir: Text,
  user: Text,
  tty: Flag,
  openStdin: Flag,
  stdinOnce: Flag,
  attachStdin: Flag,
  attachStdout: Flag,
  attachStderr: Flag,
  stopSignal: Text,
  /** Seconds. */
  stopTimeout: Type.Union([Count, Type.Null()]),
})

const BindSettings = Type.Object({
  source: Text,
  destination: Text,
  readonly: Flag,
  /** `rprivate`, `rslave`, `rshared`, ... */
  propagation: Text,
  /** As the user wrote it. */
  text: Text,
})

const LogSettings = Type.Object({
  driver: Type.Enum(['json-file', 'none']),
  /** As the user gave them; what was left out has its default when the container starts. */
  options: Labels,
})

/** Durations are nanoseconds; what is 0 or empty has its default when it is used. */
const HealthSettings = Type.Object({
  /** `NONE`, or `CMD` or `CMD-SHELL` and the command. */
  test: Strings,
  interval: Count,
  timeout: Count,
  startPeriod: Count,
  startInterval: Count,
  retries: Count,
  /** What is done when it turns unhealthy; absent is `none`. */
  onFailure: Type.Optional(Type.Enum(['none', 'kill', 'restart', 'stop'])),
})
export type HealthSettings = Type.Static<typeof HealthSettings>

const HealthResult = Type.Object({
  start: Time,
  end: Time,
  /** -1 where the probe came to no end of its own. */
  code: Count,
  output: Text,
})
export type HealthResult = Type.Static<typeof HealthResult>

const Health = Type.Object({
  status: Type.Enum(['starting', 'healthy', 'unhealthy']),
  failingStreak: Count,
  /** The last ones. */
  log: Type.Array(HealthResult),
})
export type Health = Type.Static<typeof Health>

const RestartPolicy = Type.Object({
  name: Type.Enum(['no', 'always', 'unless-stopped', 'on-failure']),
  /** Of `on-failure`; 0 is as often as it takes. */
  retries: Count,
})
export type RestartPolicy = Type.Static<typeof RestartPolicy>

const HostSettings = Type.Object({
  binds: Type.Array(BindSettings),
  network: Text,
  readonlyRootfs: Flag,
  autoRemove: Flag,
  /** Records of older versions have none: it is not started again. */
  restart: Type.Optional(RestartPolicy),
  /** Bytes; 0 is unlimited. */
  memory: Count,
  /** Bytes of memory and swap; 0 is twice the memory, -1 unlimited. */
  memorySwap: Count,
  /** Null is the engine's default, -1 and 0 unlimited. */
  pidsLimit: Type.Union([Count, Type.Null()]),
  ...askedSettings,
  shmSize: Count,
  runtime: Text,
  log: LogSettings,
  /** Where the client keeps the id: for inspect alone. Records of older versions have none. */
  idFile: Type.Optional(Text),
  /** Columns and rows of the terminal at the start. */
  consoleSize: Type.Union([Type.Tuple([Count, Count]), Type.Null()]),
})

/** A container as its creator asked for it: decided and complete. */
export const ContainerSpec = Type.Object({
  /** The image as it was named. */
  image: Text,
  hostname: Text,
  domainname: Text,
  labels: Labels,
  exposedPorts: Strings,
  process: ProcessSettings,
  /** What runs commands that are text: of health checks. Absent is `/bin/sh -c`. */
  shell: Type.Optional(Strings),
  /** Absent where neither the container nor its image says anything. */
  healthcheck: Type.Optional(HealthSettings),
  host: HostSettings,
})
export type ContainerSpec = Type.Static<typeof ContainerSpec>
export type Bind = Type.Static<typeof BindSettings>

const RunningState = Type.Object({
  status: Type.Literal('running'),
  pid: Count,
  /** Clock ticks since boot; with the pid it names one process for ever. */
  startTime: Count,
  startedAt: Time,
  bootId: Text,
  /** Its processes are frozen. Absent is false. */
  paused: Type.Optional(Flag),
  /** The end of its last run, if there was one. */
  finishedAt: Type.Optional(Time),
})

const ending = {
  code: Count,
  oomKilled: Flag,
  error: Text,
  startedAt: Type.Union([Time, Type.Null()]),
  finishedAt: Time,
}

const ExitedState = Type.Object({ status: Type.Literal('exited'), ...ending })

/** It has ended, and its restart policy starts it again in a while. */
const RestartingState = Type.Object({ status: Type.Literal('restarting'), ...ending })

/** A start that failed leaves `created` with the code and words of the failure, as Docker does. */
const CreatedState = Type.Object({ status: Type.Literal('created'), code: Count, error: Text })

export const ContainerState = Type.Union([CreatedState, RunningState, RestartingState, ExitedState])
export type ContainerState = Type.Static<typeof ContainerState>

export const ContainerRecord = Type.Object({
  id: Text,
  name: Text,
  created: Time,
  imageId: Text,
  /** What runs, after entrypoint and command were joined. */
  path: Text,
  args: Strings,
  spec: ContainerSpec,
  state: ContainerState,
  /** Starts by its restart policy since somebody started it. Absent is 0. */
  restartCount: Type.Optional(Count),
  /** Somebody has sent it a signal since then. Absent is false. */
  stopped: Type.Optional(Flag),
  /** As far as it had to be kept; `HealthBook` knows more. Absent where nothing is checked. */
  health: Type.Optional(Health),
  /** Its removal has begun and is finished by whoever comes next. */
  removing: Flag,
})
export type ContainerRecord = Readonly<Type.Static<typeof ContainerRecord>>

export const parseContainerRecord = recordParser(ContainerRecord)
