import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import type { TarEntry } from '#lib/tar/header'
import { encodeName } from '#lib/tar/name'
import type { TarHandler } from '#lib/tar/reader'
import { Failure } from '../failure.ts'

export interface LocalRules {
  readonly folder: string
  /** What a member is called here. */
  readonly rename: (name: string) => string
  /** Files belong to whom the archive says, instead of to whoever copies. */
  readonly keepsOwners: boolean
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
const NANOS = 1e9

/**
 * Writes the members of an archive that a container may have made below a folder of this host. Nothing is written
 * through a link, whoever put it there: folders on the way to a member are folders. @throws Failure
 */
export class LocalWriter implements TarHandler, Disposable {
  readonly #rules: LocalRules
  /** Folders that were looked at, and are no links. */
  readonly #real = new Set<string>([''])
  readonly #folders = new Map<string, TarEntry>()
  #file: { readonly fd: number; readonly entry: TarEntry; at: number } | undefined

  constructor(rules: LocalRules) {
    this.#rules = rules
  }

  entry(entry: TarEntry): void {
    const name = cleanName(this.#rules.rename(entry.name), entry.name)
    if (name === '') return
    this.#requireFolders(name)
    this.#makeWay(entry, name)
    switch (entry.type) {
      case 'dir':
        this.#folder(entry, name)
        return
      case 'file':
        this.#file = { fd: openSync(this.#path(name), NEW_FILE, 0o600), entry, at: 0 }
        return
      case 'symlink':
        symlinkSync(encodeName(entry.linkName), this.#path(name))
        this.#finishLink(entry, name)
        return
      case 'hardlink': {
        const target = cleanName(this.#rules.rename(entry.linkName), entry.linkName)
        this.#requireFolders(target)
        linkSync(this.#path(target), this.#path(name))
        return
      }
      default:
        throw new Failure(`cannot make ${name}: it is a ${KINDS[entry.type]}; use "-" as the destination, and tar(1)`)
    }
  }

  data(chunk: Buffer): void {
    if (this.#file === undefined) return
    for (let at = 0; at < chunk.length; ) {
      const length = writeSync(this.#file.fd, chunk, at, chunk.length - at, this.#file.at)
      at += length
      this.#file.at += length
    }
  }

  hole(length: number): void {
    if (this.#file === undefined) return
    this.#file.at += length
    ftruncateSync(this.#file.fd, this.#file.at)
  }

  entryEnd(): void {
    if (this.#file === undefined) return
    const { fd, entry } = this.#file
    this.#file = undefined
    try {
      if (this.#rules.keepsOwners) fchownSync(fd, entry.uid, entry.gid)
      fchmodSync(fd, entry.mode)
      futimesSync(fd, seconds(entry), seconds(entry))
    } finally {
      closeSync(fd)
    }
  }

  /** Deepest folders first, so that a forbidding one is set after what is in it. */
  end(): void {
    for (const [name, entry] of [...this.#folders].reverse()) {
      const path = this.#path(name)
      if (!lstatSync(path).isDirectory()) continue
      if (this.#rules.keepsOwners) lchownSync(path, entry.uid, entry.gid)
      chmodSync(path, entry.mode)
      lutimesSync(path, seconds(entry), seconds(entry))
    }
  }

  [Symbol.dispose](): void {
    this.entryEnd()
  }

  #path(name: string): Buffer {
    return encodeName(`${this.#rules.folder}/${name}`)
  }

  #folder(entry: TarEntry, name: string): void {
    if (lstatSync(this.#path(name), { throwIfNoEntry: false }) === undefined) mkdirSync(this.#path(name), 0o700)
    this.#folders.delete(name)
    this.#folders.set(name, entry)
    this.#real.add(name)
  }

  /** What is there gives way to what comes, but a folder to a folder alone, and the other way round. */
  #makeWay(entry: TarEntry, name: string): void {
    const there = lstatSync(this.#path(name), { throwIfNoEntry: false })
    if (there === undefined || (there.isDirectory() && entry.type === 'dir')) return
    const words = ['directory', 'non-directory']
    const [own, other] = there.isDirectory() ? words : words.reverse()
    if (there.isDirectory() || entry.type === 'dir') {
      const path = JSON.stringify(`${this.#rules.folder}/${name}`)
      throw new Failure(`cannot overwrite ${own} ${path} with ${other} ${JSON.stringify(this.#rules.folder)}`)
    }
    rmSync(this.#path(name))
  }

  #requireFolders(name: string): void {
    for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      const above = name.slice(0, slash)
      if (this.#real.has(above)) continue
      const there = lstatSync(this.#path(above), { throwIfNoEntry: false })
      if (there === undefined) mkdirSync(this.#path(above), 0o755)
      else if (!there.isDirectory()) {
        throw new Failure(
          `cannot copy ${name}: ${this.#rules.folder}/${above} is no directory, and links are not followed`,
        )
      }
      this.#real.add(above)
    }
  }

  #finishLink(entry: TarEntry, name: string): void {
    if (this.#rules.keepsOwners) lchownSync(this.#path(name), entry.uid, entry.gid)
    lutimesSync(this.#path(name), seconds(entry), seconds(entry))
  }
}

const KINDS = { char: 'character device', block: 'block device', fifo: 'named pipe' } as const

function seconds({ mtime }: TarEntry): number {
  return Number(mtime) / NANOS
}

/** @throws Failure for a name that leads out */
function cleanName(name: string, member: string): string {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw new Failure(`invalid entry name ${JSON.stringify(member)}`)
  }
  return parts.join('/')
}
