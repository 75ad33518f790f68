import type {
  LinuxCpu,
  LinuxNamespace,
  LinuxResources,
  LinuxSeccomp,
  RuntimeSpec,
  SpecMount,
  SpecRlimit,
  SpecUser,
} from '#oci'
import {
  DEVICE_RULES,
  kernelMounts,
  MASKED_PATHS,
  NETWORK_SYSCTLS,
  OWN_NAMESPACES,
  READONLY_PATHS,
} from './defaults.ts'

/** Debian 12's crun refuses newer ones; nothing that is written here needs them. */
const OCI_VERSION = '1.0.2'

/** crun takes a compiled seccomp program here. The policy itself is left out then: reading it takes crun a millisecond. */
const CRUN_SECCOMP_PROGRAM = 'run.oci.seccomp_bpf_data'

/** Everything that a container's spec depends on, decided: no optional fields, no lookups left to do. */
export interface SpecRequest {
  readonly rootfs: string
  readonly readonlyRootfs: boolean
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly user: SpecUser
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined
  readonly hostname: string
  readonly domainname: string
  /** After the kernel's own, in order: a mount may lie in one before it. */
  readonly mounts: readonly SpecMount[]
  readonly shmSize: number
  readonly network: SpecNetwork
  readonly cgroup: string
  readonly limits: SpecLimits
  readonly rlimits: readonly SpecRlimit[]
  readonly capabilities: readonly string[]
  readonly noNewPrivileges: boolean
  readonly seccomp: SpecSeccomp | undefined
  /** Paths to hide beside the usual ones. */
  readonly maskedPaths: readonly string[]
}

/** A policy for the runtime to compile, or the program that it compiles to. */
export type SpecSeccomp =
  | { readonly kind: 'policy'; readonly policy: LinuxSeccomp }
  | { readonly kind: 'program'; readonly program: Buffer }

export type SpecNetwork = { readonly kind: 'namespace'; readonly path: string } | { readonly kind: 'host' }

/** Undefined is unlimited. */
export interface SpecLimits {
  /** Bytes. */
  readonly memory: number | undefined
  /** Bytes of memory and swap together; -1 is unlimited swap. */
  readonly memorySwap: number | undefined
  readonly pids: number | undefined
  readonly cpu: {
    readonly shares: number | undefined
    /** Microseconds. */
    readonly period: number | undefined
    readonly quota: number | undefined
    readonly cpus: string | undefined
    readonly mems: string | undefined
  }
}

/** The OCI runtime spec of a container. Pure: the same request gives the same spec. */
export function createSpec(request: SpecRequest): RuntimeSpec {
  return {
    ociVersion: OCI_VERSION,
    process: {
      terminal: request.terminal !== undefined,
      ...(request.terminal === undefined
        ? {}
        : { consoleSize: { width: request.terminal.columns, height: request.terminal.rows } }),
      user: request.user,
      args: request.args,
      env: request.env,
      cwd: request.cwd,
      capabilities: {
        bounding: request.capabilities,
        // Only root keeps them over execve; the inheritable and ambient sets stay empty (SAFETY S35).
        permitted: request.user.uid === 0 ? request.capabilities : [],
        effective: request.user.uid === 0 ? request.capabilities : [],
        inheritable: [],
        ambient: [],
      },
      rlimits: request.rlimits,
      noNewPrivileges: request.noNewPrivileges,
      oomScoreAdj: 0,
    },
    root: { path: request.rootfs, readonly: request.readonlyRootfs },
    hostname: request.hostname,
    ...(request.domainname === '' ? {} : { domainname: request.domainname }),
    mounts: [...kernelMounts(request.shmSize), ...request.mounts],
    ...annotations(request),
    linux: {
      cgroupsPath: request.cgroup,
      namespaces: namespaces(request.network),
      resources: resources(request.limits),
      ...(request.network.kind === 'host' ? {} : { sysctl: NETWORK_SYSCTLS }),
      ...(request.seccomp?.kind === 'policy' ? { seccomp: request.seccomp.policy } : {}),
      maskedPaths: [...MASKED_PATHS, ...request.maskedPaths],
      readonlyPaths: READONLY_PATHS,
      rootfsPropagation: 'rprivate',
    },
  }
}

function annotations({ seccomp }: SpecRequest): Pick<RuntimeSpec, 'annotations'> {
  if (seccomp?.kind !== 'program') return {}
  return { annotations: { [CRUN_SECCOMP_PROGRAM]: seccomp.program.toString('base64') } }
}

function namespaces(network: SpecNetwork): LinuxNamespace[] {
  if (network.kind === 'host') return [...OWN_NAMESPACES]
  return [...OWN_NAMESPACES, { type: 'network', path: network.path }]
}

function resources(limits: SpecLimits): LinuxResources {
  return { devices: DEVICE_RULES, ...limitResources(limits) }
}

/** The part of a spec's resources that can change while a container runs. */
export function limitResources({ memory, memorySwap, pids, cpu }: SpecLimits): LinuxResources {
  const known = Object.entries(cpu).filter(([, value]) => value !== undefined)
  return {
    ...(memory === undefined
      ? {}
      : { memory: { limit: memory, ...(memorySwap === undefined ? {} : { swap: memorySwap }) } }),
    ...(known.length === 0 ? {} : { cpu: Object.fromEntries(known) as LinuxCpu }),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
  }
}
