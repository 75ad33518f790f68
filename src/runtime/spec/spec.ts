import type {
  LinuxBlockIo,
  LinuxCpu,
  LinuxMemory,
  LinuxNamespace,
  LinuxResources,
  LinuxSeccomp,
  RuntimeSpec,
  SpecMount,
  SpecRlimit,
  SpecUser,
} from '#oci'
import { CHOSEN_NAMESPACES, DEVICE_RULES, kernelMounts, NETWORK_SYSCTLS } from './defaults.ts'
import type { SpecDevices } from './devices.ts'
import type { BlockLimits, BlockValue, NamespaceSettings } from './settings.ts'
import type { SpecSharedMemory } from './shared-memory.ts'

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
  readonly sharedMemory: SpecSharedMemory
  readonly network: SpecNetwork
  readonly namespaces: NamespaceSettings
  /** Beside what every container has. */
  readonly devices: SpecDevices
  readonly sysctls: Readonly<Record<string, string>>
  readonly oomScore: number
  readonly annotations: Readonly<Record<string, string>>
  readonly privileged: boolean
  readonly apparmor: string | undefined
  /** How mounts of the host go on into the container: as far as its binds ask for it. */
  readonly propagation: 'rprivate' | 'rslave' | 'rshared'
  readonly cgroup: string
  readonly limits: SpecLimits
  readonly rlimits: readonly SpecRlimit[]
  readonly capabilities: readonly string[]
  readonly noNewPrivileges: boolean
  readonly seccomp: SpecSeccomp | undefined
  readonly maskedPaths: readonly string[]
  readonly readonlyPaths: readonly string[]
}

/** A policy for the runtime to compile, or the program that it compiles to. */
export type SpecSeccomp =
  | { readonly kind: 'policy'; readonly policy: LinuxSeccomp }
  | { readonly kind: 'program'; readonly program: Buffer }

/** `joined` is another container's. */
export type SpecNetwork =
  | { readonly kind: 'namespace'; readonly path: string }
  | { readonly kind: 'joined'; readonly path: string }
  | { readonly kind: 'host' }

/** Undefined is unlimited. */
export interface SpecLimits {
  /** Bytes. */
  readonly memory: number | undefined
  /** Bytes of memory and swap together; -1 is unlimited swap. */
  readonly memorySwap: number | undefined
  /** Bytes that the kernel takes memory down to when it runs short. */
  readonly memoryReservation: number | undefined
  /** 0 to 100. */
  readonly swappiness: number | undefined
  readonly oomKillDisable: boolean
  readonly pids: number | undefined
  readonly block: BlockLimits<{ readonly major: number; readonly minor: number }>
  readonly cpu: {
    readonly shares: number | undefined
    /** Microseconds. */
    readonly period: number | undefined
    readonly quota: number | undefined
    readonly realtimePeriod: number | undefined
    readonly realtimeRuntime: number | undefined
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
      oomScoreAdj: request.oomScore,
      ...(request.apparmor === undefined ? {} : { apparmorProfile: request.apparmor }),
    },
    root: { path: request.rootfs, readonly: request.readonlyRootfs },
    ...names(request),
    mounts: [...kernelMounts(kernelView(request)), ...request.mounts],
    ...annotations(request),
    linux: {
      cgroupsPath: request.cgroup,
      namespaces: namespaces(request),
      resources: resources(request),
      ...sysctls(request),
      ...(request.devices.nodes.length === 0 ? {} : { devices: request.devices.nodes }),
      ...(request.seccomp?.kind === 'policy' ? { seccomp: request.seccomp.policy } : {}),
      maskedPaths: request.maskedPaths,
      readonlyPaths: request.readonlyPaths,
      rootfsPropagation: request.propagation,
    },
  }
}

/** In the host's own namespace there is nothing to name. */
function names({ namespaces, hostname }: SpecRequest): Pick<RuntimeSpec, 'hostname'> {
  return namespaces.uts === 'host' ? {} : { hostname }
}

function kernelView({ sharedMemory, privileged, readonlyRootfs }: SpecRequest) {
  return { sharedMemory, writable: privileged && !readonlyRootfs }
}

/** The program comes last: nobody's annotation takes its place. */
function annotations({ seccomp, annotations: asked }: SpecRequest): Pick<RuntimeSpec, 'annotations'> {
  const all = {
    ...asked,
    ...(seccomp?.kind === 'program' ? { [CRUN_SECCOMP_PROGRAM]: seccomp.program.toString('base64') } : {}),
  }
  return Object.keys(all).length === 0 ? {} : { annotations: all }
}

function namespaces({ network, namespaces: chosen }: SpecRequest): LinuxNamespace[] {
  const own = CHOSEN_NAMESPACES.flatMap((type): LinuxNamespace[] => {
    const choice = chosen[type]
    if (choice === 'host') return []
    return [choice === 'own' ? { type } : { type, path: choice.path }]
  })
  return [
    { type: 'mount' },
    ...own,
    ...(network.kind === 'host' ? [] : [{ type: 'network' as const, path: network.path }]),
  ]
}

/** What was asked for wins over what every network of a container's own gets. */
function sysctls(request: SpecRequest): { readonly sysctl?: Readonly<Record<string, string>> } {
  const { network, namespaces, domainname, sysctls: asked } = request
  const all = {
    ...(network.kind === 'namespace' ? NETWORK_SYSCTLS : {}),
    // runc before 1.2 passes over the member of that name.
    ...(domainname === '' || namespaces.uts === 'host' ? {} : { 'kernel.domainname': domainname }),
    ...asked,
  }
  return Object.keys(all).length === 0 ? {} : { sysctl: all }
}

function resources({ limits, devices, privileged }: SpecRequest): LinuxResources {
  return { devices: [...(privileged ? [] : DEVICE_RULES), ...devices.rules], ...limitResources(limits) }
}

/** The part of a spec's resources that can change while a container runs. */
export function limitResources(limits: SpecLimits): LinuxResources {
  const { pids } = limits
  return {
    ...member('memory', memoryResources(limits)),
    ...member('cpu', known<LinuxCpu>(limits.cpu)),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
    ...member('blockIO', blockResources(limits.block)),
  }
}

function memoryResources({
  memory,
  memorySwap,
  memoryReservation,
  swappiness,
  oomKillDisable,
}: SpecLimits): LinuxMemory {
  return {
    ...known<LinuxMemory>({ limit: memory, swap: memorySwap, reservation: memoryReservation, swappiness }),
    ...(oomKillDisable ? { disableOOMKiller: true } : {}),
  }
}

type Numbers = { readonly major: number; readonly minor: number }

function blockResources(block: BlockLimits<Numbers>): LinuxBlockIo {
  const rates = (values: readonly BlockValue<Numbers>[]) =>
    values.length === 0 ? undefined : values.map(({ device, value }) => ({ ...device, rate: value }))
  const { weight, weights } = block
  return known<LinuxBlockIo>({
    weight,
    weightDevice: weights.length === 0 ? undefined : weights.map(each => ({ ...each.device, weight: each.value })),
    throttleReadBpsDevice: rates(block.readBytes),
    throttleWriteBpsDevice: rates(block.writeBytes),
    throttleReadIOPSDevice: rates(block.readOperations),
    throttleWriteIOPSDevice: rates(block.writeOperations),
  })
}

/** The members that have a value. */
function known<T extends object>(members: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}

/** Left out where it says nothing. */
function member<K extends string, V extends object>(key: K, value: V): { readonly [name in K]?: V } {
  return Object.keys(value).length === 0 ? {} : ({ [key]: value } as { readonly [name in K]?: V })
}
