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

const HostSettings = Type.Object({
  binds: Type.Array(BindSettings),
  network: Text,
  readonlyRootfs: Flag,
  autoRemove: Flag,
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

const ExitedState = Type.Object({
  status: Type.Literal('exited'),
  code: Count,
  oomKilled: Flag,
  error: Text,
  startedAt: Type.Union([Time, Type.Null()]),
  finishedAt: Time,
})

/** A start that failed leaves `created` with the code and words of the failure, as Docker does. */
const CreatedState = Type.Object({ status: Type.Literal('created'), code: Count, error: Text })

export const ContainerState = Type.Union([CreatedState, RunningState, ExitedState])
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
  /** Its removal has begun and is finished by whoever comes next. */
  removing: Flag,
})
export type ContainerRecord = Readonly<Type.Static<typeof ContainerRecord>>

export const parseContainerRecord = recordParser(ContainerRecord)
