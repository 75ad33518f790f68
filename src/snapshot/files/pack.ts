import { InvalidArgument } from '#lib/errors'
import { TAR_END } from '#lib/tar/writer'
import { type RootFolder, TREE_DEPTH_MAX, type TreeFolder } from '#linux'
import { TreePacker } from '../tree/member.ts'
import { factsOf, holdPath, type PathFacts, writtenPath } from './path.ts'

/** A file or a whole folder of a container, held since it was found. */
export interface PackedPath extends Disposable {
  readonly facts: PathFacts
  /** A tar, each file as it is when its turn comes. */
  chunks(): AsyncGenerator<Buffer>
}

/**
 * Finds what is to be copied out of a container's root, which the container may be changing all the while: what was
 * found is held, and everything below it is reached by descriptors, so that no link leads elsewhere.
 * @throws SyscallError ENOENT, SystemError
 */
export function packPath(root: RootFolder, text: string): PackedPath {
  const written = writtenPath(text)
  const file = holdPath(root, written, text)
  try {
    const facts = factsOf(root, written, file)
    // A name that leads upwards is no name in an archive.
    const name = written.name === '..' ? '.' : written.name
    return {
      facts,
      async *chunks() {
        const packer = new TreePacker()
        yield* packer.file(name, file)
        if (file.kind === 'dir') {
          using folder = file.openFolder()
          yield* packFolder(packer, folder, name === '/' ? '/' : `${name}/`, 1)
        }
        yield* packer.bytes(TAR_END)
        yield packer.flush()
      },
      [Symbol.dispose]: () => file[Symbol.dispose](),
    }
  } catch (error) {
    file[Symbol.dispose]()
    throw error
  }
}

async function* packFolder(
  packer: TreePacker,
  folder: TreeFolder,
  prefix: string,
  depth: number,
): AsyncGenerator<Buffer> {
  if (depth > TREE_DEPTH_MAX) throw new InvalidArgument(`folders more than ${TREE_DEPTH_MAX} deep are not copied`)
  for (const names of folder.batches()) {
    for (const name of names) {
      using file = folder.find(name)
      if (file === undefined) continue
      yield* packer.file(prefix + name, file)
      if (file.kind !== 'dir') continue
      using inner = file.openFolder()
      yield* packFolder(packer, inner, `${prefix}${name}/`, depth + 1)
    }
  }
}
