/** Makes the host ready for a daemon, or says in one line what is missing and how to get it. */
import { chmodSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Conflict, errorCode, Forbidden, InvalidArgument, NotFound } from '#lib/errors'
import type { Logger } from '#lib/log'
import { type CgroupHost, findProgram, lockFile, mountAt, nftProgram, setPropagation, TMPFS_MAGIC } from '#linux'
import type { RuntimeProgram } from '#runtime'
import { findInitProgram } from '../init-program.ts'
import { changeHost } from './host-changes.ts'
import type { DaemonSettings } from './settings.ts'

/** Sockets below the exec root must fit into the 107 bytes of a socket's address. */
const EXEC_ROOT_MAX = 80
/** Exits, pipes and specs of all containers; a full disk does not touch it (SAFETY R20-R22). */
const EXEC_ROOT_OPTIONS = ['mode=0711', 'size=256m', 'nr_inodes=400k', 'nosuid', 'nodev']

/** Stands in the binary of a crun that reads compiled policies; one that does not would start without any policy. */
const SECCOMP_PROGRAMS = 'run.oci.seccomp_bpf_data'

export interface PreparedHost extends Disposable {
  readonly cgroups: CgroupHost
  readonly runtimes: ReadonlyMap<string, RuntimeProgram>
  readonly defaultRuntime: string
  /** For `--init`. */
  readonly initProgram: string | undefined
}

/** @throws Forbidden (not root), Conflict (another daemon), NotFound (a program), InvalidArgument */
export function prepareHost(settings: DaemonSettings, log: Logger): PreparedHost {
  if (process.getuid?.() !== 0) {
    throw new Forbidden('the daemon needs to be run as root', { fix: 'use sudo, or an account that may' })
  }
  const runtimes = findRuntimes()
  nftProgram()
  mkdirSync(settings.dataRoot, { recursive: true, mode: 0o710 })
  const lock = lockFile(lockPath(settings.dataRoot))
  if (lock === undefined) {
    throw new Conflict(`another daemon uses the data root ${settings.dataRoot}`, {
      fix: 'stop it, or choose another with --data-root DIR',
    })
  }
  try {
    writeFileSync(lockPath(settings.dataRoot), String(process.pid))
    prepareExecRoot(settings.execRoot)
    const cgroups = changeHost(settings.execRoot, { favourDynamic: settings.favourDynamicCgroups }, log)
    const defaultRuntime = chooseRuntime(settings.defaultRuntime, runtimes, cgroups, log)
    if (settings.pidfile !== undefined) writePidfile(settings.pidfile)
    return {
      cgroups,
      runtimes,
      defaultRuntime,
      initProgram: findInitProgram(),
      [Symbol.dispose]: () => {
        if (settings.pidfile !== undefined) rmSync(settings.pidfile, { force: true })
        lock[Symbol.dispose]()
      },
    }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

/** Held by the daemon of a data root, whose process id it holds. */
export function lockPath(dataRoot: string): string {
  return `${dataRoot}/lock`
}

export function findRuntimes(): Map<string, RuntimeProgram> {
  const found = new Map<string, RuntimeProgram>()
  for (const name of ['crun', 'runc']) {
    const path = findProgram(name)
    if (path !== undefined)
      found.set(name, { name, path, takesSeccompPrograms: readFileSync(path).includes(SECCOMP_PROGRAMS) })
  }
  if (found.size === 0) throw new NotFound('no OCI runtime is installed', { fix: 'apt-get install crun' })
  return found
}

/** The exec root is of this boot and must not fill up with the disk: it gets a tmpfs of its own unless it is on one. */
function prepareExecRoot(path: string): void {
  if (path.length > EXEC_ROOT_MAX) {
    throw new InvalidArgument(
      `--exec-root ${path} is longer than ${EXEC_ROOT_MAX} characters, sockets below it would not fit`,
      {
        fix: 'choose a shorter path',
      },
    )
  }
  mkdirSync(path, { recursive: true, mode: 0o711 })
  if (statfsSync(path).type !== TMPFS_MAGIC) {
    mountAt(path, { type: 'tmpfs', source: 'gantry', options: EXEC_ROOT_OPTIONS })
  }
  try {
    // Mounts of containers must not spread into other mount namespaces, where they would be kept alive.
    setPropagation(path, 'private')
  } catch (error) {
    if (errorCode(error) !== 'EINVAL') throw error // No mount of its own: a folder on the host's tmpfs.
  }
  chmodSync(path, 0o711)
}

function chooseRuntime(
  wanted: string | undefined,
  runtimes: ReadonlyMap<string, RuntimeProgram>,
  cgroups: CgroupHost,
  log: Logger,
): string {
  if (wanted !== undefined) {
    if (runtimes.has(wanted)) return wanted
    throw new NotFound(`default-runtime ${wanted} is not installed`, { fix: `apt-get install ${wanted}` })
  }
  const crunRefuses = cgroups.strayControllers.length > 0
  if (crunRefuses && runtimes.has('runc')) {
    log.warn('crun does not run on this hybrid cgroup host, runc is used instead')
    return 'runc'
  }
  return runtimes.has('crun') ? 'crun' : 'runc'
}

function writePidfile(path: string): void {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid)) {
      throw new Conflict(`pid file ${path} names a running process (${pid})`, {
        fix: 'stop that daemon, or choose another --pidfile',
      })
    }
  } catch (error) {
    if (error instanceof Conflict) throw error
    if (errorCode(error) !== 'ENOENT') throw error
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, String(process.pid), { mode: 0o644 })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
