import { existsSync, mkdirSync, statSync } from 'node:fs'
import { NotFound, SystemError } from '#lib/errors'
import { RootFolder } from '#linux'
import type { SpecMount, SpecUser } from '#oci'
import type { RuntimeProgram } from '../task.ts'
import { capabilitiesOf } from './capabilities.ts'
import { MASKED_PATHS, READONLY_PATHS, thermalPaths } from './defaults.ts'
import { askedDevices, blockLimits, hostDevices, type SpecDevices } from './devices.ts'
import { processEnvironment } from './environment.ts'
import { checkOomScore } from './oom-score.ts'
import { propagationOf } from './propagation.ts'
import { rlimits } from './rlimits.ts'
import type { SeccompSource } from './seccomp-source.ts'
import type { BindSettings, LimitSettings, ProcessSettings } from './settings.ts'
import type { SpecSharedMemory } from './shared-memory.ts'
import type { SpecLimits, SpecRequest, SpecSeccomp } from './spec.ts'
import { lookUpUser } from './user-lookup.ts'
import { prepareWorkingFolder } from './working-folder.ts'

export interface ResolveFacts {
  /** Where the root is mounted. */
  readonly rootfs: string
  readonly cgroup: string
  readonly processors: number
  readonly seccomp: SeccompSource
  readonly runtime: RuntimeProgram
  readonly sharedMemory: SpecSharedMemory
}

/**
 * Settings to what a spec needs, by looking into the mounted root and at the host. Makes a working folder and bind
 * sources that are missing, as Docker does.
 */
export function resolveSettings(settings: ProcessSettings, facts: ResolveFacts): SpecRequest {
  using root = new RootFolder(facts.rootfs)
  requireMountPoints(root)
  const user = lookUpUser(root, settings.user, settings.groups)
  prepareWorkingFolder(root, settings.workingDir)
  const capabilities = capabilitiesOf(settings.confinement)
  const { args, terminal, hostname, domainname, readonlyRootfs, network, namespaces, sysctls } = settings
  return {
    rootfs: facts.rootfs,
    readonlyRootfs,
    args,
    env: processEnvironment(settings.env, { hostname, terminal: terminal !== undefined, home: user.home }),
    cwd: settings.workingDir,
    user: specUser(user),
    terminal,
    hostname,
    domainname,
    mounts: [...settings.mounts, ...settings.binds.map(bindMount)].sort(byDepth),
    propagation: propagationOf(settings.binds),
    sharedMemory: facts.sharedMemory,
    network,
    namespaces,
    cgroup: facts.cgroup,
    limits: resolveLimits(settings.limits),
    rlimits: rlimits(settings.ulimits),
    devices: devicesOf(settings),
    sysctls,
    oomScore: checkOomScore(settings.oomScore),
    annotations: settings.annotations,
    capabilities,
    privileged: settings.confinement.privileged,
    noNewPrivileges: settings.confinement.noNewPrivileges,
    apparmor: settings.confinement.apparmor,
    seccomp: specSeccomp(settings, capabilities, facts),
    ...hiddenPaths(settings, facts),
  }
}

/** Limits with the numbers of the devices that they name. @throws InvalidArgument */
export function resolveLimits(limits: LimitSettings): SpecLimits {
  return { ...limits, block: blockLimits(limits.block) }
}

function specUser({ uid, gid, additionalGids }: SpecUser): SpecUser {
  return { uid, gid, ...(additionalGids === undefined ? {} : { additionalGids }) }
}

function devicesOf({ confinement, devices, deviceRules }: ProcessSettings): SpecDevices {
  const asked = askedDevices(devices, deviceRules)
  if (!confinement.privileged) return asked
  const all = hostDevices()
  const given = new Set(asked.nodes.map(({ path }) => path))
  return { nodes: [...all.nodes.filter(({ path }) => !given.has(path)), ...asked.nodes], rules: all.rules }
}

function hiddenPaths({ confinement }: ProcessSettings, { processors }: ResolveFacts) {
  const { privileged, maskedPaths, readonlyPaths } = confinement
  const usual = privileged ? [] : [...MASKED_PATHS, ...thermalPaths(processors, existsSync)]
  return { maskedPaths: maskedPaths ?? usual, readonlyPaths: readonlyPaths ?? (privileged ? [] : READONLY_PATHS) }
}

/** As with Docker, who is privileged has none but a profile that was asked for. */
function specSeccomp(
  { confinement: { privileged, seccomp: choice } }: ProcessSettings,
  capabilities: readonly string[],
  { seccomp, runtime }: ResolveFacts,
): SpecSeccomp | undefined {
  if (choice.kind === 'profile') return { kind: 'policy', policy: seccomp.ofProfile(choice.text, capabilities) }
  if (choice.kind === 'unconfined' || privileged) return undefined
  const { policy, program } = seccomp.forCapabilities(capabilities)
  return program === undefined || !runtime.takesSeccompPrograms
    ? { kind: 'policy', policy }
    : { kind: 'program', program }
}

/** Older runtimes follow a link at /dev out of the root (CVE-2026-47766, SAFETY S29): nothing starts over one. */
function requireMountPoints(root: RootFolder): void {
  for (const path of ['/dev', '/proc', '/sys']) {
    if (root.stat(path)?.isDirectory() === true) continue
    throw new SystemError(`${path} of the container is not a folder any more`, {
      fix: 'remove the container and create it again',
    })
  }
}

type Placed = Pick<SpecMount, 'destination'>

/** A bind of /etc comes before what is mounted in it, as with Docker; otherwise the order is kept. */
export function byDepth(a: Placed, b: Placed): number {
  return a.destination.split('/').length - b.destination.split('/').length
}

/** Docker makes a missing folder for `-v`. Read-only reaches down to what is mounted below the source (S41). */
function bindMount(bind: BindSettings): SpecMount {
  const { source, recursive = true, recursiveReadonly = true, create = true } = bind
  const found = statSync(source, { throwIfNoEntry: false })
  if (found === undefined) {
    if (!create) throw new NotFound(`invalid mount config for type "bind": bind source path does not exist: ${source}`)
    mkdirSync(source, { recursive: true })
  }
  // Below a file there is nothing, and crun 1.8 takes `rro` for folders alone.
  const reachesDown = recursive && recursiveReadonly && found?.isFile() !== true
  const access = bind.readonly ? ['ro', ...(reachesDown ? ['rro'] : [])] : ['rw']
  return {
    destination: bind.destination,
    type: 'bind',
    source,
    options: [recursive ? 'rbind' : 'bind', bind.propagation, ...access],
  }
}
