import { accessSync, constants } from 'node:fs'
import { errorCode, InvalidArgument, SystemError } from '#lib/errors'
import { TarReader } from '#lib/tar/reader'
import { type RootFolder, SharedTree, SyscallError, type TreeFile } from '#linux'
import { TRAILING_BYTES_MAX } from '../apply.ts'
import { MemberWriter, type UnpackRules } from './member-writer.ts'
import { lstatWords, writtenPath } from './path.ts'

/**
 * Unpacks a tar below a folder of a container's root, which the container may be changing all the while.
 * @throws SyscallError ENOENT where there is no such folder; InvalidArgument (it is no folder, read-only, no tar);
 * SystemError in Docker's words; Conflict where the container got in the way
 */
export class Unpacking implements Disposable {
  readonly #tree: SharedTree
  readonly #writer: MemberWriter
  readonly #reader: TarReader
  #trailing = 0

  constructor(root: RootFolder, text: string, rules: UnpackRules) {
    const target = extractionPoint(root, text)
    this.#tree = new SharedTree(root)
    this.#writer = new MemberWriter(this.#tree, target, rules)
    this.#reader = new TarReader(this.#writer)
  }

  push(chunk: Buffer): void {
    if (this.#writer.isComplete) this.#trailing += chunk.length
    if (this.#trailing > TRAILING_BYTES_MAX) {
      throw new InvalidArgument(`more than ${TRAILING_BYTES_MAX} bytes follow the end of the archive`)
    }
    this.#reader.push(chunk)
  }

  end(): void {
    this.#reader.end()
  }

  [Symbol.dispose](): void {
    this.#writer[Symbol.dispose]()
    this.#tree[Symbol.dispose]()
  }
}

/** The folder that a path means, every link followed, without its leading slash. */
function extractionPoint(root: RootFolder, text: string): string {
  using folder = holdTarget(root, text)
  if (folder.kind !== 'dir') throw new InvalidArgument('extraction point is not a directory')
  requireWritable(root, folder)
  return root.pathOf(folder).replace(/^\//, '')
}

function holdTarget(root: RootFolder, text: string): TreeFile {
  try {
    return root.hold(writtenPath(text).path, { followLast: true })
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === 'ENOENT') throw error
    if (error.code === 'ELOOP') throw new SystemError('EvalSymlinks: too many links', { cause: error })
    throw new SystemError(lstatWords(text, error), { cause: error })
  }
}

/** The kernel says what is mounted read-only, before anything is written. @throws InvalidArgument in Docker's words */
function requireWritable(root: RootFolder, folder: TreeFile): void {
  try {
    accessSync(folder.path, constants.W_OK)
  } catch (error) {
    if (errorCode(error) !== 'EROFS') throw error
    using top = root.hold('/')
    throw new InvalidArgument(
      top.stat.dev === folder.stat.dev ? 'container rootfs is marked read-only' : 'mounted volume is marked read-only',
    )
  }
}
