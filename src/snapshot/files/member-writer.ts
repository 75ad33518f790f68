import { InvalidArgument, SystemError } from '#lib/errors'
import type { TarEntry } from '#lib/tar/header'
import type { TarHandler } from '#lib/tar/reader'
import type { Ownership, SharedTree } from '#linux'
import { OVERLAY_XATTR } from '../layer-writer.ts'

export interface UnpackRules {
  /** A folder gives way to a folder alone, and anything else to anything but a folder. */
  readonly noOverwriteDirNonDir: boolean
  /** Whose all files are to be; undefined leaves them to whom the archive says. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
}

/** Writes the members of a tar below a folder of a tree, as Docker copies into containers. */
export class MemberWriter implements TarHandler, Disposable {
  readonly #tree: SharedTree
  readonly #target: string
  readonly #rules: UnpackRules
  /** Folders get their attributes last: writing into them changes their times, and they may forbid it. */
  readonly #folders = new Map<string, Ownership>()
  #file: { readonly fd: number; readonly what: Ownership; readonly path: string } | undefined
  #isComplete = false

  /** @param target the folder, by its path in the tree */
  constructor(tree: SharedTree, target: string, rules: UnpackRules) {
    this.#tree = tree
    this.#target = target
    this.#rules = rules
  }

  /** The end of the archive was read: what follows means nothing. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  entry(entry: TarEntry): void {
    const path = memberPath(entry.name, 'entry name')
    // The folder that is copied into is not changed itself.
    if (path === '') return
    const { parent, name } = this.#place(path)
    this.#checkOverwriting(entry, parent, name, path)
    this.#make(entry, parent, name)
  }

  data(chunk: Buffer): void {
    if (this.#file !== undefined) this.#tree.append(this.#file.fd, chunk)
  }

  hole(length: number): void {
    if (this.#file !== undefined) this.#tree.skip(this.#file.fd, length)
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

  /** What was cut off keeps what came of it. */
  [Symbol.dispose](): void {
    this.entryEnd()
  }

  #place(path: string): { parent: string; name: string } {
    const whole = this.#target === '' ? path : `${this.#target}/${path}`
    const at = whole.lastIndexOf('/')
    return { parent: whole.slice(0, Math.max(at, 0)), name: whole.slice(at + 1) }
  }

  #checkOverwriting(entry: TarEntry, parent: string, name: string, path: string): void {
    if (!this.#rules.noOverwriteDirNonDir) return
    const there = this.#tree.kindOf(parent, name)
    if (there === undefined || (there === 'dir') === (entry.type === 'dir')) return
    const [own, other] = there === 'dir' ? ['directory', 'non-directory'] : ['non-directory', 'directory']
    throw new SystemError(
      `cannot overwrite ${own} ${JSON.stringify(path)} with ${other} ${JSON.stringify(`/${this.#target}`)}`,
    )
  }

  #make(entry: TarEntry, parent: string, name: string): void {
    const path = parent === '' ? name : `${parent}/${name}`
    const what = this.#ownershipOf(entry)
    this.#folders.delete(path)
    switch (entry.type) {
      case 'dir':
        this.#tree.folder(parent, name)
        this.#folders.set(path, what)
        return
      case 'file':
        this.#file = { fd: this.#tree.startFile(parent, name), what, path }
        return
      case 'symlink':
        this.#tree.symlink(parent, name, entry.linkName, what)
        return
      case 'hardlink': {
        const target = this.#place(memberPath(entry.linkName, 'hardlink target'))
        this.#tree.hardlink(parent, name, target.parent, target.name)
        return
      }
      case 'char':
      case 'block':
      case 'fifo':
        this.#tree.node(parent, name, entry.type, { major: entry.devMajor, minor: entry.devMinor }, what)
        return
    }
  }

  #ownershipOf(entry: TarEntry): Ownership {
    const { uid, gid } = this.#rules.owner ?? entry
    const xattrs = new Map([...entry.xattrs].filter(([name]) => !OVERLAY_XATTR.test(name)))
    return { uid, gid, mode: entry.mode, mtime: entry.mtime, xattrs }
  }
}

/** Without `.`, `..` and doubled slashes; '' is the folder itself. @throws InvalidArgument for one that leads out */
function memberPath(name: string, what: string): string {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw new InvalidArgument(`invalid ${what} ${JSON.stringify(name)}`)
  }
  return parts.join('/')
}
