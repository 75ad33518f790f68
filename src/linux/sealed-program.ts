import { closeSync, readFileSync, statSync, writeSync } from 'node:fs'
import { checked, fcntl, memfdCreate } from './ffi.ts'

const MFD_CLOEXEC = 1
const MFD_ALLOW_SEALING = 2
const MFD_EXEC = 0x10
const F_ADD_SEALS = 1033
/** F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE */
const ALL_SEALS = 0xf

/**
 * A program copied into memory that nobody can change, and started from there (memfd_create(2)). OCI runtimes make
 * such a copy of themselves at every call, so that a container cannot overwrite the host's runtime through
 * /proc/self/exe (CVE-2019-5736), and execute it anew; one that already runs from a sealed copy saves both.
 * The copy follows the file: when another version is installed, the next start uses it.
 */
export class SealedProgram implements Disposable {
  readonly #path: string
  #fd: number | undefined
  #version = ''

  constructor(path: string) {
    this.#path = path
  }

  /** A path by which a child of this process can execute the copy. */
  executable(): string {
    const { ino, mtimeMs, size } = statSync(this.#path)
    const version = `${ino} ${mtimeMs} ${size}`
    if (this.#fd === undefined || version !== this.#version) {
      this[Symbol.dispose]()
      this.#fd = sealedCopy(this.#path)
      this.#version = version
    }
    // Not /proc/self: the child has no descriptors of ours left when it executes.
    return `/proc/${process.pid}/fd/${this.#fd}`
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }
}

function sealedCopy(path: string): number {
  let fd = memfdCreate('gantry-runtime', MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC)
  // Kernels before 6.3 do not know MFD_EXEC; every memfd is executable there.
  if (fd < 0) fd = checked(memfdCreate('gantry-runtime', MFD_CLOEXEC | MFD_ALLOW_SEALING), 'memfd_create')
  try {
    const bytes = readFileSync(path)
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    checked(fcntl(fd, F_ADD_SEALS, ALL_SEALS), 'seal', path)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
