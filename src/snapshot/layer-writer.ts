import { InvalidArgument } from '#lib/errors'
import type { TarEntry } from '#lib/tar/header'
import type { TarHandler } from '#lib/tar/reader'
import type { Ownership } from '#linux'
import type { LayerTarget } from './layer-target.ts'

const WHITEOUT = '.wh.'
/** Names that AUFS kept for itself; all but the opaque mark mean nothing to anyone else. */
const WHITEOUT_META = '.wh..wh.'
const WHITEOUT_OPAQUE = '.wh..wh..opq'

/** Attributes by which overlayfs talks to itself: in a stranger's layer they would be orders to our kernel (S12). */
export const OVERLAY_XATTR = /^(trusted|user)\.overlay\./

/** What came out of a layer. */
export interface LayerSize {
  /** Bytes of file content, as `docker history` counts a layer. */
  readonly bytes: number
  readonly entries: number
}

/**
 * Writes the members of a layer's tar to a target, whiteouts in overlayfs's form (OCI image-spec, layer.md). Everything
 * stays inside the target, or the layer is refused.
 */
export class LayerWriter implements TarHandler, Disposable {
  readonly #tree: LayerTarget
  /** Folders get their attributes last: writing into them changes their times, and they may forbid it. */
  readonly #folders = new Map<string, Ownership>()
  #file: { readonly fd: number; readonly what: Ownership; readonly path: string } | undefined
  #bytes = 0
  #entries = 0
  #isComplete = false

  /** The target belongs to the writer from here on. */
  constructor(target: LayerTarget) {
    this.#tree = target
  }

  get size(): LayerSize {
    return { bytes: this.#bytes, entries: this.#entries }
  }

  /** The end of the archive was read: what follows means nothing. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  entry(entry: TarEntry): void {
    this.#entries++
    const path = cleanPath(entry.name, entry.name)
    const { parent, name } = splitPath(path)
    if (name.startsWith(WHITEOUT)) this.#whiteout(parent, name)
    else if (path === '') this.#root(entry)
    else this.#member(entry, parent, name, path)
  }

  data(chunk: Buffer): void {
    if (this.#file === undefined) return
    this.#bytes += chunk.length
    this.#tree.append(this.#file.fd, chunk)
  }

  hole(length: number): void {
    if (this.#file === undefined) return
    this.#bytes += length
    this.#tree.skip(this.#file.fd, length)
  }

  entryEnd(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) this.#tree.finishFile(file.fd, file.what, file.path)
  }

  /** Deepest folders first, so that a forbidding one is set after what is in it. */
  end(): void {
    this.#isComplete = true
    for (const [path, what] of [...this.#folders].reverse()) this.#tree.finishFolder(path, what)
  }

  [Symbol.dispose](): void {
    this.entryEnd()
    this.#tree[Symbol.dispose]()
  }

  #root(entry: TarEntry): void {
    if (entry.type === 'dir') this.#folders.set('', ownershipOf(entry))
  }

  #whiteout(parent: string, name: string): void {
    if (name === WHITEOUT_OPAQUE) this.#tree.opaque(parent)
    if (name.startsWith(WHITEOUT_META)) return
    const hidden = name.slice(WHITEOUT.length)
    if (hidden === '' || hidden === '.' || hidden === '..') {
      throw new InvalidArgument(`layer holds an impossible whiteout: ${JSON.stringify(`${parent}/${name}`)}`)
    }
    this.#forget(parent, hidden)
    this.#tree.whiteout(parent, hidden)
  }

  #member(entry: TarEntry, parent: string, name: string, path: string): void {
    const what = ownershipOf(entry)
    if (entry.type !== 'dir') this.#forget(parent, name)
    switch (entry.type) {
      case 'dir':
        this.#tree.folder(parent, name)
        this.#folders.delete(path)
        this.#folders.set(path, what)
        return
      case 'file':
        this.#file = { fd: this.#tree.startFile(parent, name, entry), what, path }
        return
      case 'symlink':
        this.#tree.symlink(parent, name, entry.linkName, what)
        return
      case 'hardlink': {
        const target = splitPath(cleanPath(entry.linkName, entry.name))
        this.#tree.hardlink(parent, name, target.parent, target.name)
        return
      }
      case 'char':
      case 'block':
      case 'fifo':
        this.#tree.device(parent, name, entry.type, entry.devMajor, entry.devMinor, what)
        return
    }
  }

  /** What stood here as a folder is about to be something else. */
  #forget(parent: string, name: string): void {
    this.#folders.delete(parent === '' ? name : `${parent}/${name}`)
  }
}

/**
 * The member's path without `.`, `..` and doubled slashes; '' is the root.
 * @throws InvalidArgument for one that leads out
 */
function cleanPath(name: string, member: string): string {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) {
      throw new InvalidArgument(
        `layer leads out of its root: member ${JSON.stringify(member)} names ${JSON.stringify(name)}`,
      )
    }
  }
  return parts.join('/')
}

function splitPath(path: string): { parent: string; name: string } {
  const at = path.lastIndexOf('/')
  return { parent: at < 0 ? '' : path.slice(0, at), name: path.slice(at + 1) }
}

function ownershipOf(entry: TarEntry): Ownership {
  const { uid, gid, mode, mtime } = entry
  const xattrs =
    entry.xattrs.size === 0 ? entry.xattrs : new Map([...entry.xattrs].filter(([name]) => !OVERLAY_XATTR.test(name)))
  return { uid, gid, mode, mtime, xattrs }
}
