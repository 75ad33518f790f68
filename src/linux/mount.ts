import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SyscallError } from './errno.ts'
import { chdir, checked, mount, umount2 } from './ffi.ts'

/** One mount(2) call as data: what storage rooms hand out and `runtime` carries out. */
export interface Mount {
  /** File system type: `overlay`, `bind`, `tmpfs`, ... */
  readonly type: string
  readonly source: string
  /** Flags by name (`ro`, `nosuid`, `rbind`, ...) and, for the rest, the file system's own options. */
  readonly options: readonly string[]
  /** Options name paths relative to this folder, because mount(2) takes at most a page of options. */
  readonly workingFolder?: string
  /** Mounts that it stands on: they are made unless they are there, and stay. */
  readonly needs?: readonly PlacedMount[]
}

export interface PlacedMount {
  readonly target: string
  readonly mount: Mount
}

const MS_REMOUNT = 32
const MS_BIND = 4096
const MS_REC = 16384

/** mount(2) flags by the name that fstab and the OCI runtime spec use. */
const FLAGS: ReadonlyMap<string, number> = new Map([
  ['ro', 1],
  ['nosuid', 2],
  ['nodev', 4],
  ['noexec', 8],
  ['sync', 16],
  ['remount', MS_REMOUNT],
  ['noatime', 1024],
  ['nodiratime', 2048],
  ['bind', MS_BIND],
  ['rbind', MS_BIND | MS_REC],
  ['private', 1 << 18],
  ['rprivate', (1 << 18) | MS_REC],
  ['slave', 1 << 19],
  ['rslave', (1 << 19) | MS_REC],
  ['shared', 1 << 20],
  ['rshared', (1 << 20) | MS_REC],
  ['relatime', 1 << 21],
  ['strictatime', 1 << 24],
])

/**
 * Carries out one mount. A read-only bind is made in the two calls that the kernel asks for.
 * @throws SyscallError naming the target. See mount(2).
 */
export function mountAt(target: string, what: Mount): void {
  for (const need of what.needs ?? []) mountUnlessThere(need)
  let flags = 0
  const data: string[] = []
  for (const option of what.options) {
    const flag = FLAGS.get(option)
    if (flag !== undefined) flags |= flag
    else if (option !== 'rw') data.push(option)
  }
  const isBind = (flags & MS_BIND) !== 0
  const type = what.type === 'bind' ? null : what.type
  const perform = () =>
    checked(
      mount(
        what.source,
        target,
        type,
        isBind ? flags & (MS_BIND | MS_REC) : flags,
        data.length === 0 ? null : data.join(','),
      ),
      'mount',
      target,
    )
  if (what.workingFolder === undefined) perform()
  else inFolder(what.workingFolder, perform)
  if (isBind && (flags & ~(MS_BIND | MS_REC)) !== 0) {
    checked(mount('none', target, null, flags | MS_REMOUNT, null), 'remount', target)
  }
}

/** For mounts that are shared: whoever comes first makes them, and the folder for them. */
export function mountUnlessThere({ target, mount: what }: PlacedMount): void {
  mkdirSync(target, { recursive: true, mode: 0o700 })
  if (!isMountPoint(target)) mountAt(target, what)
}

/** Whether a file system begins at a folder. Binds of the same file system are not noticed. */
export function isMountPoint(folder: string): boolean {
  return statSync(folder).dev !== statSync(dirname(folder)).dev
}

/** Changes propagation only: `private`, `rslave`, ... */
export function setPropagation(target: string, propagation: string): void {
  checked(mount('none', target, null, FLAGS.get(propagation) ?? 0, null), 'mount propagation', target)
}

const MNT_DETACH = 2
const UMOUNT_NOFOLLOW = 8

/**
 * Takes the top mount off `target`, at once for new users and finally when the last user is gone (a lazy unmount).
 * False where nothing was mounted there or the path is gone.
 */
export function unmount(target: string): boolean {
  try {
    checked(umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW), 'umount', target)
    return true
  } catch (error) {
    if (error instanceof SyscallError && (error.code === 'EINVAL' || error.code === 'ENOENT')) return false
    throw error
  }
}

/**
 * Takes all mounts off `target`. The last user of an overlay writes everything to disk that its file system has not
 * written yet, which may take seconds: that happens on a thread of its own.
 */
export async function unmountAll(target: string): Promise<void> {
  await new Promise<void>(resolve => umount2.async(target, MNT_DETACH | UMOUNT_NOFOLLOW, resolve))
  while (unmount(target)) {
    // There may be several; and whether the first try failed is known by the second.
  }
}

/** Takes a mount off that nobody uses. @throws SyscallError EBUSY */
export function unmountUnused(target: string): void {
  checked(umount2(target, UMOUNT_NOFOLLOW), 'umount', target)
}

/** Runs `body`, which must be synchronous, with `folder` as the process's working folder. */
function inFolder(folder: string, body: () => void): void {
  const before = process.cwd()
  checked(chdir(folder), 'chdir', folder)
  try {
    body()
  } finally {
    checked(chdir(before), 'chdir', before)
  }
}

/** One line of /proc/self/mountinfo; see proc_pid_mountinfo(5). */
export interface MountEntry {
  readonly id: number
  readonly parent: number
  readonly device: string
  /** The folder within the file system that is mounted (a bind shows here). */
  readonly root: string
  readonly target: string
  readonly options: readonly string[]
  /** `shared:N`, `master:N`, ... */
  readonly optional: readonly string[]
  readonly type: string
  readonly source: string
  readonly superOptions: readonly string[]
}

/** All mounts that this process sees, in the order in which they were made. */
export function mounts(): MountEntry[] {
  return parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'))
}

export function parseMountinfo(text: string): MountEntry[] {
  const found: MountEntry[] = []
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const separator = fields.indexOf('-', 6)
    const [id, parent, device, root, target, options] = fields
    if (separator < 0 || target === undefined) continue
    found.push({
      id: Number(id),
      parent: Number(parent),
      device: device ?? '',
      root: unescapeOctal(root ?? ''),
      target: unescapeOctal(target),
      options: (options ?? '').split(','),
      optional: fields.slice(6, separator),
      type: fields[separator + 1] ?? '',
      source: unescapeOctal(fields[separator + 2] ?? ''),
      superOptions: (fields[separator + 3] ?? '').split(','),
    })
  }
  return found
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** Magic numbers of statfs(2). */
export const TMPFS_MAGIC = 0x01021994
export const CGROUP2_MAGIC = 0x63677270
