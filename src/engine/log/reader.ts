import { type FSWatcher, watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '#lib/errors'

const READ_BYTES = 1024 * 1024
/** More than any entry is long. */
const READ_BYTES_MIN = 128 * 1024
const TAIL_BLOCK_BYTES = 64 * 1024
/** Rotated files looked for: more than any container may keep. */
const FILES_MAX = 1000
/** How often a followed file is looked at where the kernel gives no watches. */
const POLL_MS = 250

/**
 * The lines of a rotated log in order: `path.N` ... `path.1`, `path`. A file is known by its inode, so that a rotation
 * under way loses nothing and repeats nothing.
 */
export class RotatedLog {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Chunks of whole lines, each valid until the next is asked for; the last line of the log may lack its newline and is
   * held back. A reader may leave at any chunk: the file is closed then, too.
   */
  async *read(options: ReadOptions): AsyncGenerator<Buffer> {
    let position = await this.#start(options.tail)
    options.started?.()
    if (position === undefined && !options.follow) return
    try {
      using changes = options.follow ? new Changes(this.#path) : undefined
      for (;;) {
        // Asked before reading: what is written up to the end is read then.
        const isLast = changes === undefined || options.ended()
        position ??= await this.#start(undefined)
        if (position !== undefined) yield* this.#drain(position)
        const next = position === undefined ? undefined : await this.#successor(position)
        if (next !== undefined) {
          const done = position
          position = next
          await done?.file.close()
          continue
        }
        if (isLast) return
        await changes?.next(options.wake)
      }
    } finally {
      await position?.file.close()
    }
  }

  async *#drain(position: Position): AsyncGenerator<Buffer> {
    const { size } = await position.file.stat()
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, Math.max(READ_BYTES_MIN, size - position.offset)))
    for (;;) {
      const { bytesRead } = await position.file.read(buffer, 0, buffer.length, position.offset)
      if (bytesRead === 0) return
      const end = buffer.lastIndexOf(10, bytesRead - 1) + 1
      if (end === 0 && bytesRead < buffer.length) return
      // A line longer than the buffer cannot be an entry: it is passed on in pieces and dropped by the parser.
      const taken = end === 0 ? bytesRead : end
      position.offset += taken
      yield buffer.subarray(0, taken)
    }
  }

  /** The oldest file, or where the last `tail` lines begin. */
  async #start(tail: number | undefined): Promise<Position | undefined> {
    let missing = tail ?? Number.POSITIVE_INFINITY
    let found: Position | undefined
    try {
      for (let age = 0; age < FILES_MAX; age++) {
        const older = await openAged(this.#path, age)
        if (older === undefined) break
        const newer = found
        found = older
        await newer?.file.close()
        if (missing === Number.POSITIVE_INFINITY) continue
        const { offset, lines } = await tailOffset(older.file, older.size, missing)
        older.offset = offset
        missing -= lines
        if (missing <= 0) break
      }
      return found
    } catch (error) {
      await found?.file.close()
      throw error
    }
  }

  /** The file after the one at `position`, once that is no longer the newest. */
  async #successor(position: Position): Promise<Position | undefined> {
    for (let age = 0; age < FILES_MAX; age++) {
      const aged = await openAged(this.#path, age)
      if (aged === undefined) return age === 0 ? undefined : await this.#start(undefined)
      await aged.file.close()
      if (aged.ino === position.ino) return age === 0 ? undefined : await openAged(this.#path, age - 1)
    }
    return undefined
  }
}

export interface ReadOptions {
  /** The last so many lines; undefined is all. */
  readonly tail: number | undefined
  readonly follow: boolean
  /** True once no more will be written. */
  readonly ended: () => boolean
  /** Told once it is settled where reading begins: whatever is written from now on comes after that. */
  readonly started?: () => void
  /** Fires when `ended` may have changed, and when nobody listens any more. */
  readonly wake: AbortSignal
}

interface Position {
  readonly file: FileHandle
  readonly ino: number
  /** Bytes, when it was opened. */
  readonly size: number
  offset: number
}

async function openAged(path: string, age: number): Promise<Position | undefined> {
  const file = await openIfThere(age === 0 ? path : `${path}.${age}`)
  if (file === undefined) return undefined
  try {
    const { size, ino } = await file.stat()
    return { file, ino, size, offset: 0 }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Where the last `wanted` lines of a file begin, and how many there are. */
async function tailOffset(file: FileHandle, size: number, wanted: number): Promise<{ offset: number; lines: number }> {
  const block = Buffer.allocUnsafe(TAIL_BLOCK_BYTES)
  let lines = 0
  if (wanted === 0) return { offset: size, lines: 0 }
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - TAIL_BLOCK_BYTES)
    const { bytesRead } = await file.read(block, 0, end - start, start)
    for (let at = bytesRead - 1; at >= 0; at--) {
      if (block[at] !== 10) continue
      // The newline that ends the last line begins none.
      if (lines === wanted) return { offset: start + at + 1, lines }
      lines++
    }
    end = start
  }
  return { offset: 0, lines }
}

/** Tells of changes in the folder of a log. */
class Changes implements Disposable {
  readonly #watcher: FSWatcher | undefined
  #changed = false
  #wake: (() => void) | undefined

  constructor(path: string) {
    try {
      this.#watcher = watch(dirname(path), () => this.#notice())
      this.#watcher.on('error', () => {})
    } catch {
      this.#watcher = undefined // No watches left (fs.inotify.max_user_watches): look from time to time.
    }
  }

  async next(signal: AbortSignal): Promise<void> {
    if (!this.#changed && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = this.#watcher === undefined ? setTimeout(resolve, POLL_MS) : undefined
      const onAbort = () => resolve()
      this.#wake = resolve
      signal.addEventListener('abort', onAbort)
      await promise
      signal.removeEventListener('abort', onAbort) // One for each change of a chatty log would be kept otherwise.
      clearTimeout(timer)
    }
    this.#changed = false
    this.#wake = undefined
  }

  #notice(): void {
    this.#changed = true
    this.#wake?.()
  }

  [Symbol.dispose](): void {
    this.#watcher?.close()
  }
}
