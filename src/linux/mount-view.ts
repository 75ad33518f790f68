import { close as closeLater, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from '#lib/errors'
import { SyscallError } from './errno.ts'
import { chdir, checked, close, mount, mountSetattr, pivotRoot, setns, umount2, unshare } from './ffi.ts'
import { type Mount, mountAt, setPropagation } from './mount.ts'
import { processStartTime } from './pidfd.ts'
import { RootFolder } from './root-folder.ts'

const CLONE_NEWNS = 0x00020000
const MS_RDONLY = 1
const MS_REMOUNT = 32
const MS_BIND = 4096
const MS_MOVE = 8192
const MNT_DETACH = 2
const AT_FDCWD = -100
const AT_RECURSIVE = 0x8000
const MOUNT_ATTR_RDONLY = 1
const MOUNT_ATTR_BYTES = 32
const O_PATH = 0o10000000
const FOLDER_MODE = 0o755
const FILE_MODE = 0o644

const closeFile = promisify(closeLater)

/** A file or folder of the host at a place in a container. */
export interface ViewMount {
  readonly source: string
  readonly destination: string
  readonly readonly: boolean
}

export interface ViewRequest {
  /** An empty folder for the mounts of the view, which are seen nowhere else. */
  readonly folder: string
  /** The mounts of the root; with `over`, of a root whose changes are kept nowhere. */
  readonly rootfs: (over: Scratch | undefined) => readonly Mount[]
  readonly mounts: readonly ViewMount[]
  /** The root itself is seen read-only, as by the processes of a container that asks for that. */
  readonly isRootReadOnly: boolean
  /** Nothing in the root changes, not even by making what `mounts` are to stand on. */
  readonly isReadOnly: boolean
}

/** Where an overlay puts what changes. */
export interface Scratch {
  readonly upper: string
  readonly work: string
}

/**
 * The files of a container with everything that is mounted in it: its root, and the mount namespace that the root
 * belongs to, which is held so that no mount goes away underneath. No program runs in it. Paths are followed by the
 * kernel with the root as `/`, so that nothing that goes on in the container leads out of it.
 */
export class MountView implements AsyncDisposable {
  readonly root: RootFolder
  readonly #namespace: number

  constructor(root: RootFolder, namespace: number) {
    this.root = root
    this.#namespace = namespace
  }

  /** What a process sees; undefined where it has ended. */
  static ofProcess(pid: number, startTime: number): MountView | undefined {
    let namespace: number | undefined
    let root: RootFolder | undefined
    try {
      namespace = openSync(`/proc/${pid}/ns/mnt`, constants.O_RDONLY)
      root = new RootFolder(`/proc/${pid}/root`)
      // Looked at last: the number was this process's while both were opened.
      if (processStartTime(pid) === startTime) return new MountView(root, namespace)
    } catch (error) {
      if (!GONE.includes(errorCode(error) ?? '')) {
        root?.[Symbol.dispose]()
        if (namespace !== undefined) closeSync(namespace)
        throw error
      }
    }
    root?.[Symbol.dispose]()
    if (namespace !== undefined) closeSync(namespace)
    return undefined
  }

  /** The last user of an overlay writes to the disk what is not there yet: that happens on another thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.root[Symbol.dispose]()
    await closeFile(this.#namespace)
  }
}

/** A process that has ended has neither. */
const GONE: readonly string[] = ['ENOENT', 'ESRCH', 'EACCES', 'EINVAL']

/**
 * Mounts the root of a container that does not run, in a mount namespace without any process, so that no path of the
 * host ever shows it and it goes with the last descriptor, whatever ends this process.
 * @throws SyscallError; nothing is left behind then
 */
export function assembleView(request: ViewRequest): MountView {
  const before = process.cwd()
  mkdirSync(request.folder, { recursive: true, mode: 0o700 })
  const own = openSync('/proc/thread-self/ns/mnt', constants.O_RDONLY)
  try {
    // Only this thread moves, and it is back before anything else runs on it.
    checked(unshare(CLONE_NEWNS), 'unshare mount namespace')
    try {
      return assemble(request)
    } finally {
      checked(setns(own, CLONE_NEWNS), 'return to own mount namespace')
      checked(chdir(before), 'chdir', before)
    }
  } finally {
    closeSync(own)
  }
}

function assemble({ folder, rootfs, mounts, isReadOnly, isRootReadOnly }: ViewRequest): MountView {
  setPropagation('/', 'rprivate')
  mountAt(folder, { type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=0700'] })
  const place = (name: string) => join(folder, name)
  const [target, upper, work] = [place('root'), place('upper'), place('work')]
  for (const path of [target, upper, work, place(ASIDE.folder)]) mkdirSync(path, { mode: FOLDER_MODE })
  closeSync(openSync(place(ASIDE.file), constants.O_WRONLY | constants.O_CREAT, FILE_MODE))
  for (const what of rootfs(isReadOnly ? { upper, work } : undefined)) mountAt(target, what)
  const root = new RootFolder(target)
  let namespace: number | undefined
  try {
    for (const what of mounts) addMount(root, what, folder)
    if (isRootReadOnly) makeReadOnly(target, { recursive: false })
    namespace = openSync('/proc/thread-self/ns/mnt', constants.O_RDONLY)
    leaveHost(target)
    return new MountView(root, namespace)
  } catch (error) {
    root[Symbol.dispose]()
    if (namespace !== undefined) closeSync(namespace)
    throw error
  }
}

/** Where a mount is put together. */
const ASIDE = { folder: 'source', file: 'file' } as const

/**
 * Takes everything of the host out of this namespace, so that it keeps no mount of others in use. Where the host's
 * root is the kernel's first one, that cannot be, and does no harm.
 */
function leaveHost(target: string): void {
  checked(chdir(target), 'chdir', target)
  if (pivotRoot('.', '.') === 0) checked(umount2('.', MNT_DETACH), 'umount', 'the root of the host')
}

/**
 * Put together aside and moved into place by descriptor: the place was found in the root, whatever links others put
 * into a volume meanwhile.
 */
function addMount(root: RootFolder, { source, destination, readonly }: ViewMount, folder: string): void {
  const isFolder = statSync(source).isDirectory()
  const aside = join(folder, isFolder ? ASIDE.folder : ASIDE.file)
  mountAt(aside, { type: 'bind', source, options: ['rbind'] })
  if (readonly) makeReadOnly(aside, { recursive: true })
  const place = mountPoint(root, destination, isFolder)
  try {
    checked(mount(aside, `/proc/self/fd/${place}`, null, MS_MOVE, null), 'mount', destination)
  } finally {
    close(place)
  }
}

/** Kernels before 5.12 do what they can: what is mounted below stays as it is. */
function makeReadOnly(path: string, { recursive }: { readonly recursive: boolean }): void {
  const attributes = Buffer.alloc(MOUNT_ATTR_BYTES)
  attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR_RDONLY), 0)
  if (mountSetattr(AT_FDCWD, path, recursive ? AT_RECURSIVE : 0, attributes) === 0) return
  checked(mount('none', path, null, MS_REMOUNT | MS_BIND | MS_RDONLY, null), 'remount', path)
}

function mountPoint(root: RootFolder, path: string, isFolder: boolean): number {
  try {
    return root.open(path, O_PATH)
  } catch (error) {
    if (!(error instanceof SyscallError && error.code === 'ENOENT')) throw error
  }
  root.makeFolders(isFolder ? path : dirname(path), FOLDER_MODE, 0, 0)
  if (!isFolder) root.makeFile(path, FILE_MODE)
  return root.open(path, O_PATH)
}
