import { existsSync, mkdirSync, statSync } from 'node:fs'
import { SystemError } from '#lib/errors'
import { hardLimit, RootFolder } from '#linux'
import type { SpecMount, SpecRlimit } from '#oci'
import type { RuntimeProgram } from '../task.ts'
import { DEFAULT_CAPABILITIES } from './capabilities.ts'
import { thermalPaths } from './defaults.ts'
import { processEnvironment } from './environment.ts'
import type { SeccompSource } from './seccomp-source.ts'
import type { BindSettings, ProcessSettings } from './settings.ts'
import type { SpecRequest, SpecSeccomp } from './spec.ts'
import { lookUpUser } from './user-lookup.ts'
import { prepareWorkingFolder } from './working-folder.ts'

/** Docker's since 29; older ones take what the daemon has. */
const OPEN_FILES = { soft: 1024, hard: 524_288 }

export interface ResolveFacts {
  /** Where the root is mounted. */
  readonly rootfs: string
  readonly cgroup: string
  readonly processors: number
  readonly seccomp: SeccompSource
  readonly runtime: RuntimeProgram
}

/**
 * Settings to what a spec needs, by looking into the mounted root and at the host. Makes a working folder and bind
 * sources that are missing, as Docker does.
 */
export function resolveSettings(settings: ProcessSettings, facts: ResolveFacts): SpecRequest {
  using root = new RootFolder(facts.rootfs)
  requireMountPoints(root)
  const user = lookUpUser(root, settings.user)
  prepareWorkingFolder(root, settings.workingDir)
  const { args, terminal, hostname, domainname, readonlyRootfs, shmSize, network, limits } = settings
  return {
    rootfs: facts.rootfs,
    readonlyRootfs,
    args,
    env: processEnvironment(settings.env, { hostname, terminal: terminal !== undefined, home: user.home }),
    cwd: settings.workingDir,
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    terminal,
    hostname,
    domainname,
    mounts: [...settings.mounts, ...settings.binds.map(bindMount)].sort(byDepth),
    shmSize,
    network,
    cgroup: facts.cgroup,
    limits,
    rlimits: rlimits(),
    capabilities: DEFAULT_CAPABILITIES,
    noNewPrivileges: false,
    seccomp: specSeccomp(facts),
    maskedPaths: thermalPaths(facts.processors, existsSync),
  }
}

function specSeccomp({ seccomp, runtime }: ResolveFacts): SpecSeccomp {
  const { policy, program } = seccomp.forCapabilities(DEFAULT_CAPABILITIES)
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
  if (statSync(bind.source, { throwIfNoEntry: false }) === undefined) mkdirSync(bind.source, { recursive: true })
  return {
    destination: bind.destination,
    type: 'bind',
    source: bind.source,
    options: ['rbind', bind.propagation, ...(bind.readonly ? ['ro', 'rro'] : ['rw'])],
  }
}

/** What the host may give: without CAP_SYS_RESOURCE a limit above our own hard one would refuse the start. */
function rlimits(): SpecRlimit[] {
  const most = hardLimit('Max open files') ?? Number.MAX_SAFE_INTEGER
  return [{ type: 'RLIMIT_NOFILE', soft: Math.min(OPEN_FILES.soft, most), hard: Math.min(OPEN_FILES.hard, most) }]
}
