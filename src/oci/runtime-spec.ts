import type { LinuxSpec } from './runtime-spec-linux.ts'

/**
 * `config.json` of an OCI runtime bundle: runtime-spec 1.2 as far as it is about Linux. Members are optional where the
 * specification has them so; what has to be said on every start is decided in `runtime`, not here. Numbers that may
 * not fit a double (`Uint64`) may be bigints: write a spec with `encodeRuntimeSpec`.
 */
export interface RuntimeSpec {
  readonly ociVersion: string
  readonly process?: SpecProcess
  readonly root?: SpecRoot
  readonly hostname?: string
  readonly domainname?: string
  readonly mounts?: readonly SpecMount[]
  readonly hooks?: SpecHooks
  readonly annotations?: Readonly<Record<string, string>>
  readonly linux?: LinuxSpec
}

/** The version of the specification that these types follow. */
export const RUNTIME_SPEC_VERSION = '1.2.0'

/** An unsigned 64-bit number. */
export type Uint64 = number | bigint

/** RLIM_INFINITY. */
export const UNLIMITED: Uint64 = 0xffff_ffff_ffff_ffffn

export interface SpecRoot {
  /** Absolute, or relative to the bundle. */
  readonly path: string
  readonly readonly?: boolean
}

export interface SpecMount {
  readonly destination: string
  readonly type?: string
  readonly source?: string
  readonly options?: readonly string[]
  readonly uidMappings?: readonly IdMapping[]
  readonly gidMappings?: readonly IdMapping[]
}

export interface IdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

export interface SpecProcess {
  readonly terminal?: boolean
  readonly consoleSize?: { readonly height: number; readonly width: number }
  readonly user: SpecUser
  readonly args?: readonly string[]
  readonly env?: readonly string[]
  readonly cwd: string
  readonly capabilities?: SpecCapabilities
  readonly rlimits?: readonly SpecRlimit[]
  readonly noNewPrivileges?: boolean
  readonly apparmorProfile?: string
  readonly oomScoreAdj?: number
  readonly scheduler?: SpecScheduler
  readonly selinuxLabel?: string
  readonly ioPriority?: { readonly class: IoPriorityClass; readonly priority: number }
  /** CPU lists such as `0-3,7`: while the exec is made, and after. */
  readonly execCPUAffinity?: { readonly initial?: string; readonly final?: string }
}

export interface SpecUser {
  readonly uid: number
  readonly gid: number
  readonly umask?: number
  readonly additionalGids?: readonly number[]
}

/** Names such as `CAP_CHOWN`. */
export interface SpecCapabilities {
  readonly bounding?: readonly string[]
  readonly effective?: readonly string[]
  readonly inheritable?: readonly string[]
  readonly permitted?: readonly string[]
  readonly ambient?: readonly string[]
}

export interface SpecRlimit {
  /** `RLIMIT_NOFILE`. */
  readonly type: string
  readonly soft: Uint64
  readonly hard: Uint64
}

export type IoPriorityClass = 'IOPRIO_CLASS_RT' | 'IOPRIO_CLASS_BE' | 'IOPRIO_CLASS_IDLE'

/** sched_setattr(2); times in nanoseconds. */
export interface SpecScheduler {
  readonly policy:
    | 'SCHED_OTHER'
    | 'SCHED_FIFO'
    | 'SCHED_RR'
    | 'SCHED_BATCH'
    | 'SCHED_ISO'
    | 'SCHED_IDLE'
    | 'SCHED_DEADLINE'
  readonly nice?: number
  readonly priority?: number
  readonly flags?: readonly SchedulerFlag[]
  readonly runtime?: Uint64
  readonly deadline?: Uint64
  readonly period?: Uint64
}

export type SchedulerFlag =
  | 'SCHED_FLAG_RESET_ON_FORK'
  | 'SCHED_FLAG_RECLAIM'
  | 'SCHED_FLAG_DL_OVERRUN'
  | 'SCHED_FLAG_KEEP_POLICY'
  | 'SCHED_FLAG_KEEP_PARAMS'
  | 'SCHED_FLAG_UTIL_CLAMP_MIN'
  | 'SCHED_FLAG_UTIL_CLAMP_MAX'

export interface SpecHooks {
  /** Deprecated by the specification, still what some vendors' tools ask for. */
  readonly prestart?: readonly SpecHook[]
  readonly createRuntime?: readonly SpecHook[]
  readonly createContainer?: readonly SpecHook[]
  readonly startContainer?: readonly SpecHook[]
  readonly poststart?: readonly SpecHook[]
  readonly poststop?: readonly SpecHook[]
}

export interface SpecHook {
  readonly path: string
  readonly args?: readonly string[]
  readonly env?: readonly string[]
  /** Seconds. */
  readonly timeout?: number
}

/** The text of `config.json`; bigints become exact numbers. */
export function encodeRuntimeSpec(spec: RuntimeSpec): string {
  return JSON.stringify(spec, (_key, value: unknown) => (typeof value === 'bigint' ? exact(value) : value))
}

/** JSON.rawJSON (ECMAScript 2026): a number of any length, as it stands. TypeScript's library does not know it yet. */
function exact(value: bigint): unknown {
  return (JSON as JSON & { rawJSON(text: string): unknown }).rawJSON(value.toString())
}
