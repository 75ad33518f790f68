import { InvalidArgument } from '#lib/errors'
import { decodeName, encodeName } from '#lib/tar/name'
import { TREE_DEPTH_MAX, type TreeFile, TreeFolder } from '#linux'

/** The folders of the layers that a folder of a stack is made of, uppermost first. */
export class StackedFolder implements Disposable {
  readonly #folders: readonly TreeFolder[]

  constructor(folders: readonly TreeFolder[]) {
    this.#folders = folders
  }

  static open(paths: readonly string[]): StackedFolder {
    return new StackedFolder(paths.map(path => TreeFolder.open(path)))
  }

  /** Of all layers, those that are whited out included. */
  names(): string[] {
    const [only, ...others] = this.#folders
    if (only === undefined) return []
    if (others.length === 0) return only.names()
    const all = new Set(this.#folders.flatMap(folder => folder.names()))
    return [...all]
      .map(encodeName)
      .sort(Buffer.compare)
      .map(name => decodeName(name))
  }

  /** What the uppermost layer that has the name has there, which may be a whiteout. */
  top(name: string): TreeFile | undefined {
    for (const folder of this.#folders) {
      const file = folder.find(name)
      if (file !== undefined) return file
    }
    return undefined
  }

  /** What shows under the name; undefined for what is whited out, too. */
  find(name: string): TreeFile | undefined {
    const file = this.top(name)
    if (file?.isWhiteout !== true) return file
    file[Symbol.dispose]()
    return undefined
  }

  /** The folder of that name with what shows through from below; empty where there is none. */
  below(name: string, depth: number): StackedFolder {
    if (depth > TREE_DEPTH_MAX) throw new InvalidArgument(`folders more than ${TREE_DEPTH_MAX} deep are not read`)
    const found: TreeFolder[] = []
    for (const folder of this.#folders) {
      using file = folder.find(name)
      if (file === undefined) continue
      if (file.kind !== 'dir') break
      found.push(file.openFolder())
      if (file.isOpaque) break
    }
    return new StackedFolder(found)
  }

  [Symbol.dispose](): void {
    for (const folder of this.#folders) folder[Symbol.dispose]()
  }
}
