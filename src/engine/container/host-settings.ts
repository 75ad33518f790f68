/**
 * What a container may ask of its host beside what every one has. Of all of it, what is absent was not asked for:
 * records stay small, and those of older versions read as they were.
 */
import * as Type from 'typebox'

const Strings = Type.Array(Type.String())
const Text = Type.String()
const Flag = Type.Boolean()
const Count = Type.Integer()
const Texts = Type.Record(Type.String(), Type.String())

/** What is absent is the kernel's default. */
export const CpuSettings = Type.Partial(
  Type.Object({
    shares: Count,
    /** Billionths of a processor. */
    nanoCpus: Count,
    /** Microseconds, as the next three. */
    period: Count,
    quota: Count,
    realtimePeriod: Count,
    realtimeRuntime: Count,
    /** `0-3,7`, as the next. */
    cpus: Text,
    mems: Text,
  }),
)
export type CpuSettings = Type.Static<typeof CpuSettings>

/** A device by its path, with a weight, or bytes or operations a second. */
const DeviceValues = Type.Array(Type.Object({ device: Text, value: Count }))

export const BlockSettings = Type.Partial(
  Type.Object({
    weight: Count,
    weights: DeviceValues,
    readBytes: DeviceValues,
    writeBytes: DeviceValues,
    readOperations: DeviceValues,
    writeOperations: DeviceValues,
  }),
)
export type BlockSettings = Type.Static<typeof BlockSettings>

export const ResourceSettings = Type.Partial(
  Type.Object({
    /** Bytes. */
    memoryReservation: Count,
    /** 0 to 100. */
    swappiness: Count,
    oomKillDisable: Flag,
    block: BlockSettings,
    /** Below this group, absolute or from the hierarchies' roots, instead of the engine's. */
    cgroupParent: Text,
    ulimits: Type.Array(Type.Object({ name: Text, soft: Count, hard: Count })),
    devices: Type.Array(Type.Object({ source: Text, destination: Text, permissions: Text })),
    deviceRules: Strings,
  }),
)
export type ResourceSettings = Type.Static<typeof ResourceSettings>

export const ConfinementSettings = Type.Partial(
  Type.Object({
    privileged: Flag,
    capAdd: Strings,
    capDrop: Strings,
    /** As they were written; a seccomp profile with its content. */
    securityOptions: Strings,
    /** Absent are the usual ones, which an empty list is not. */
    maskedPaths: Strings,
    readonlyPaths: Strings,
    groups: Strings,
    oomScore: Count,
    sysctls: Texts,
  }),
)
export type ConfinementSettings = Type.Static<typeof ConfinementSettings>

/** As Docker writes them: `host`, `private`, `container:ID`, ... */
export const NamespaceModes = Type.Partial(Type.Object({ ipc: Text, pid: Text, uts: Text, user: Text, cgroup: Text }))
export type NamespaceModes = Type.Static<typeof NamespaceModes>

export const NameSettings = Type.Partial(
  Type.Object({ dns: Strings, dnsOptions: Strings, dnsSearch: Strings, extraHosts: Strings }),
)
export type NameSettings = Type.Static<typeof NameSettings>

/** A mount that was asked for in words of its own (`--mount`). */
export const MountSettings = Type.Union([
  Type.Object({
    type: Type.Literal('bind'),
    source: Text,
    destination: Text,
    readonly: Flag,
    propagation: Text,
    recursive: Flag,
    /** `if-possible` is Docker's default; `required` fails where the kernel cannot. */
    recursiveReadonly: Flag,
    create: Flag,
    /** As it was written, for inspect. */
    asked: Type.Unsafe<object>(Type.Object({})),
  }),
  Type.Object({
    type: Type.Literal('tmpfs'),
    destination: Text,
    readonly: Flag,
    options: Strings,
    asked: Type.Unsafe<object>(Type.Object({})),
  }),
])
export type MountSettings = Type.Static<typeof MountSettings>

/** Members of a container's host settings that are there only where they were asked for. */
export const askedSettings = {
  cpu: Type.Optional(CpuSettings),
  resources: Type.Optional(ResourceSettings),
  confinement: Type.Optional(ConfinementSettings),
  namespaces: Type.Optional(NamespaceModes),
  names: Type.Optional(NameSettings),
  mounts: Type.Optional(Type.Array(MountSettings)),
  /** Options by destination. */
  tmpfs: Type.Optional(Texts),
  /** Whether a small init goes before the command; absent is false. */
  init: Type.Optional(Flag),
  annotations: Type.Optional(Texts),
} as const
