import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidArgument } from '#lib/errors'
import { hardLimit, RootFolder } from '#linux'
import type { Sandbox } from '#network'
import type { SpecMount, SpecRlimit } from '#oci'
import { DEFAULT_CAPABILITIES, type SpecLimits, type SpecRequest, thermalPaths } from '#runtime'
import { containerFolder } from '../container/create.ts'
import type { Bind, ContainerRecord } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'
import { checkMountPoints } from '../rootfs/init-layer.ts'
import { prepareWorkingFolder } from '../rootfs/working-folder.ts'
import { processEnvironment } from './environment.ts'
import { resolveUser } from './user.ts'

/** /etc/passwd and /etc/group of an image, of which no honest one is larger (SAFETY S17). */
const ACCOUNTS_MAX_BYTES = 8 * 1024 * 1024
/** Processes of a container that asks for no limit: enough for anything but a fork bomb. */
const DEFAULT_PIDS = 4096
const OPEN_FILES = { soft: 1024, hard: 524_288 }

export interface StartFacts {
  /** Where the root is mounted. */
  readonly rootfs: string
  readonly sandbox: Sandbox
  readonly cgroup: string
  readonly processors: number
}

/** What has to be looked up in the mounted root and on the host, so that the spec itself is pure. */
export function specRequest(deps: EngineDeps, record: ContainerRecord, facts: StartFacts): SpecRequest {
  const { spec } = record
  checkMountPoints(facts.rootfs)
  const user = lookUpUser(facts.rootfs, spec.process.user)
  prepareWorkingFolder(facts.rootfs, spec.process.workingDir, 0, 0)
  const { tty, env, workingDir } = spec.process
  return {
    rootfs: facts.rootfs,
    readonlyRootfs: spec.host.readonlyRootfs,
    args: [record.path, ...record.args],
    env: processEnvironment(env, { hostname: spec.hostname, terminal: tty, home: user.home }),
    cwd: workingDir,
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    terminal: tty ? terminalSize(record) : undefined,
    hostname: spec.hostname,
    domainname: spec.domainname,
    mounts: [...identityMounts(deps, record), ...spec.host.binds.map(bindMount)],
    shmSize: spec.host.shmSize,
    network:
      facts.sandbox.namespace === undefined ? { kind: 'host' } : { kind: 'namespace', path: facts.sandbox.namespace },
    cgroup: facts.cgroup,
    limits: limits(record),
    rlimits: rlimits(),
    capabilities: DEFAULT_CAPABILITIES,
    noNewPrivileges: false,
    seccomp: deps.seccomp.forCapabilities(DEFAULT_CAPABILITIES),
    maskedPaths: thermalPaths(facts.processors, existsSync),
  }
}

function lookUpUser(rootfs: string, user: string) {
  using root = new RootFolder(rootfs)
  const read = (path: string) => root.readFile(path, ACCOUNTS_MAX_BYTES)?.toString('utf8') ?? ''
  return resolveUser(user, read('/etc/passwd'), read('/etc/group'))
}

function terminalSize({ spec }: ContainerRecord): { columns: number; rows: number } {
  const [rows, columns] = spec.host.consoleSize ?? [0, 0]
  return { columns, rows }
}

function identityMounts(deps: EngineDeps, record: ContainerRecord): SpecMount[] {
  const folder = containerFolder(deps, record.id)
  return ['resolv.conf', 'hostname', 'hosts'].map(name => ({
    destination: `/etc/${name}`,
    type: 'bind',
    source: join(folder, name),
    options: ['rbind', 'rprivate'],
  }))
}

/** Docker makes a missing folder for `-v`. Read-only reaches down to what is mounted below the source (S41). */
function bindMount(bind: Bind): SpecMount {
  if (statSync(bind.source, { throwIfNoEntry: false }) === undefined) mkdirSync(bind.source, { recursive: true })
  if (bind.destination === '/')
    throw new InvalidArgument(`invalid volume specification: '${bind.text}': destination can't be '/'`)
  return {
    destination: bind.destination,
    type: 'bind',
    source: bind.source,
    options: ['rbind', bind.propagation, ...(bind.readonly ? ['ro', 'rro'] : ['rw'])],
  }
}

function limits({ spec: { host } }: ContainerRecord): SpecLimits {
  const memory = host.memory === 0 ? undefined : host.memory
  return {
    memory,
    memorySwap: memory === undefined ? undefined : host.memorySwap === 0 ? memory * 2 : host.memorySwap,
    pids: host.pidsLimit === null ? DEFAULT_PIDS : host.pidsLimit > 0 ? host.pidsLimit : undefined,
  }
}

/** What the host may give: without CAP_SYS_RESOURCE a limit above our own hard one would refuse the start. */
function rlimits(): SpecRlimit[] {
  const most = hardLimit('Max open files') ?? Number.MAX_SAFE_INTEGER
  return [{ type: 'RLIMIT_NOFILE', soft: Math.min(OPEN_FILES.soft, most), hard: Math.min(OPEN_FILES.hard, most) }]
}
