import { encodeName } from '#lib/tar/name'
import { type Ownership, refuseNul, SyscallError } from '#linux'
import type { LayerTarget, StoredContent } from '../layer-target.ts'

/** What a layer needs and a file system over its tar cannot give: the layer is unpacked instead. */
export class NotMappable extends Error {}

export interface Attributes {
  readonly uid: number
  readonly gid: number
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number
  /** Nanoseconds since the epoch. */
  readonly mtime: bigint
  readonly xattrs: ReadonlyMap<string, Uint8Array>
}

interface Common {
  attributes: Attributes
}

export interface FolderNode extends Common {
  readonly kind: 'folder'
  readonly parent: FolderNode | undefined
  readonly children: Map<string, Node>
}

export interface FileNode extends Common {
  readonly kind: 'file'
  /** Where in the tar its bytes are, a multiple of 512. */
  readonly offset: number
  readonly size: number
}

export interface LinkNode extends Common {
  readonly kind: 'symlink'
  readonly target: string
}

export interface DeviceNode extends Common {
  readonly kind: 'char' | 'block' | 'fifo'
  readonly major: number
  readonly minor: number
}

export type Node = FolderNode | FileNode | LinkNode | DeviceNode

const ENOENT = 2
const EPERM = 1
const ENOTDIR = 20
const ELOOP = 40
const ENAMETOOLONG = 36

const NAME_MAX_BYTES = 255
const TARGET_MAX_BYTES = 4095
/** Longer ones no system call takes. */
const PATH_MAX_BYTES = 4095
/** Links followed on one way, all that its links lead through included, as the kernel's limit. */
const LINKS_MAX = 40
/**
 * What a plan may hold, all of which is in a worker's memory at once (some 0.8 KB a member): members, of which folders
 * count twice, and bytes of names, targets and attributes. Unpacking needs no plan.
 */
export const ENTRIES_MAX = 100_000
export const TEXT_MAX_BYTES = 16 * 1024 * 1024
const FOLDER_MODE = 0o755
const OPAQUE: readonly [string, Uint8Array] = ['trusted.overlay.opaque', Buffer.from('y')]

/**
 * A layer's files without their content, which stays in the tar: the plan from which an image of the file system is
 * made. It behaves as a folder on a disk does (`LayerTree`), links on the way to parents included.
 */
export class ErofsTree implements LayerTarget {
  readonly root: FolderNode
  readonly #implied: Attributes
  readonly #entriesMax: number
  /** The files that are being written, by handle. */
  readonly #files = new Map<number, FileNode>()
  /** Members so far, those that have given way to others too, and the bytes of what they are called and lead to. */
  #entries = 0
  #textBytes = 0
  /** The parent that was asked for last: archives list the members of a folder one after another. */
  #last: { readonly path: string; readonly folder: FolderNode } | undefined

  /** @param now of folders that members imply and no member describes; nanoseconds since the epoch */
  constructor(now: bigint, entriesMax = ENTRIES_MAX) {
    this.#entriesMax = entriesMax
    this.#implied = { uid: 0, gid: 0, mode: FOLDER_MODE, mtime: now, xattrs: new Map() }
    this.root = { kind: 'folder', parent: undefined, children: new Map(), attributes: this.#implied }
  }

  folder(parent: string, name: string): void {
    const above = this.#folderAt(parent)
    if (above.children.get(name)?.kind !== 'folder') this.#makeFolder(above, name)
  }

  finishFolder(path: string, what: Ownership): boolean {
    const { parent, name } = split(path)
    const above = this.#resolve(this.root, parent, new Followed())
    const node = path === '' ? this.root : above?.kind === 'folder' ? above.children.get(name) : undefined
    if (node?.kind !== 'folder') return false
    this.#countText(xattrBytes(what))
    const opaque = node.attributes.xattrs.has(OPAQUE[0])
    node.attributes = opaque ? { ...what, xattrs: new Map([...what.xattrs, OPAQUE]) } : what
    return true
  }

  startFile(parent: string, name: string, { dataOffset, size, sparse }: StoredContent): number {
    if (sparse) throw new NotMappable('a file has holes')
    const node: FileNode = { kind: 'file', offset: dataOffset, size, attributes: this.#implied }
    this.#put(parent, name, node)
    this.#files.set(this.#entries, node)
    return this.#entries
  }

  append(): void {}

  skip(): void {
    throw new NotMappable('a file has holes')
  }

  finishFile(file: number, what: Ownership): void {
    const node = this.#files.get(file)
    if (node === undefined) return
    this.#files.delete(file)
    this.#countText(xattrBytes(what))
    node.attributes = what
  }

  symlink(parent: string, name: string, target: string, what: Ownership): void {
    const bytes = encodeName(target).length
    refuseNul(target)
    if (bytes === 0) throw new SyscallError(ENOENT, 'symlink', name)
    if (bytes > TARGET_MAX_BYTES) throw new SyscallError(ENAMETOOLONG, 'symlink', name)
    this.#put(parent, name, { kind: 'symlink', target, attributes: { ...what, mode: 0o777 } })
  }

  hardlink(parent: string, name: string, targetParent: string, targetName: string): void {
    const from = this.#resolve(this.root, targetParent, new Followed())
    if (from?.kind !== 'folder') throw new SyscallError(ENOENT, 'link', targetParent)
    const above = this.#folderAt(parent)
    // As link(2): the name must be free when the target is looked up.
    const before = above.children.get(name)
    if (before !== undefined) this.#remove(above, name)
    const target = from.children.get(targetName)
    if (target === undefined) throw new SyscallError(ENOENT, 'link', name)
    if (target.kind === 'folder') throw new SyscallError(EPERM, 'link', name)
    this.#add(above, name, target)
  }

  device(
    parent: string,
    name: string,
    kind: 'char' | 'block' | 'fifo',
    major: number,
    minor: number,
    what: Ownership,
  ): void {
    this.#put(parent, name, { kind, major, minor, attributes: what })
  }

  whiteout(parent: string, name: string): void {
    this.#put(parent, name, { kind: 'char', major: 0, minor: 0, attributes: { ...this.#implied, mode: 0 } })
  }

  opaque(path: string): void {
    const folder = this.#folderAt(path)
    folder.attributes = { ...folder.attributes, xattrs: new Map([...folder.attributes.xattrs, OPAQUE]) }
  }

  [Symbol.dispose](): void {
    this.#last = undefined
  }

  #put(parent: string, name: string, node: Node): void {
    const above = this.#folderAt(parent)
    if (above.children.has(name)) this.#remove(above, name)
    this.#countText((node.kind === 'symlink' ? node.target.length : 0) + xattrBytes(node.attributes))
    this.#add(above, name, node)
  }

  #add(above: FolderNode, name: string, node: Node): void {
    refuseNul(name)
    const { length } = encodeName(name)
    if (length > NAME_MAX_BYTES) throw new SyscallError(ENAMETOOLONG, 'open', name)
    this.#entries += node.kind === 'folder' ? 2 : 1
    if (this.#entries > this.#entriesMax) throw new NotMappable(`more than ${this.#entriesMax} members`)
    this.#countText(length)
    above.children.set(name, node)
  }

  #countText(bytes: number): void {
    this.#textBytes += bytes
    if (this.#textBytes > TEXT_MAX_BYTES) throw new NotMappable(`more than ${TEXT_MAX_BYTES} bytes of names`)
  }

  #remove(above: FolderNode, name: string): void {
    above.children.delete(name)
    this.#last = undefined
  }

  #makeFolder(above: FolderNode, name: string): FolderNode {
    const folder: FolderNode = { kind: 'folder', parent: above, children: new Map(), attributes: this.#implied }
    if (above.children.has(name)) this.#remove(above, name)
    this.#add(above, name, folder)
    return folder
  }

  /** The folder `path`, made with what is missing above it. */
  #folderAt(path: string): FolderNode {
    if (path === '') return this.root
    if (this.#last?.path === path) return this.#last.folder
    // On a disk it would be refused: then that is where to find out.
    if (encodeName(path).length > PATH_MAX_BYTES) throw new NotMappable('a path is too long')
    const followed = new Followed()
    let at = this.root
    for (const name of path.split('/')) at = this.#step(at, name, path, followed)
    this.#last = { path, folder: at }
    return at
  }

  /** A file in the way of a folder gives way; a link that leads to none does not, since its target was meant. */
  #step(at: FolderNode, name: string, path: string, followed: Followed): FolderNode {
    const child = at.children.get(name)
    if (child?.kind === 'folder') return child
    if (child?.kind !== 'symlink') return this.#makeFolder(at, name)
    followed.link(path)
    const target = this.#resolve(at, child.target, followed)
    if (target?.kind === 'folder') return target
    throw new SyscallError(target === undefined ? ENOENT : ENOTDIR, 'follow link', path)
  }

  /** Where `path` leads from `from`, links followed; undefined where nothing is. */
  #resolve(from: FolderNode, path: string, followed: Followed): Node | undefined {
    let at: Node | undefined = path.startsWith('/') ? this.root : from
    for (const name of path.split('/')) {
      if (name === '' || name === '.') continue
      if (at?.kind !== 'folder') return undefined
      if (name === '..') {
        at = at.parent ?? this.root
        continue
      }
      const above: FolderNode = at
      const child: Node | undefined = above.children.get(name)
      if (child?.kind === 'symlink') followed.link(path)
      at = child?.kind === 'symlink' ? this.#resolve(above, child.target, followed) : child
    }
    return at
  }
}

/** Counts the links on one way. */
class Followed {
  #links = 0

  link(path: string): void {
    if (++this.#links > LINKS_MAX) throw new SyscallError(ELOOP, 'follow link', path)
  }
}

function xattrBytes({ xattrs }: { readonly xattrs: ReadonlyMap<string, Uint8Array> }): number {
  let bytes = 0
  for (const [name, value] of xattrs) bytes += name.length + value.length
  return bytes
}

function split(path: string): { parent: string; name: string } {
  const at = path.lastIndexOf('/')
  return { parent: at < 0 ? '' : path.slice(0, at), name: path.slice(at + 1) }
}
