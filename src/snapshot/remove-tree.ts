import { readdir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { errorCode } from '#lib/errors'
import { randomId } from '#lib/ids'

/** So many names of 255 bytes, and the folder's own path before them, fit into a path of 4096. */
const DEPTH_MAX = 12
const SLASH = Buffer.from('/')

/**
 * Removes a folder and all that is in it, whatever a container left there: names that are no UTF-8, and trees deeper
 * than a path can say, which the removal of the platform fails at.
 * @throws what the file system says; a folder that is not there is no error.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    await new Removal(path).run()
  }
}

class Removal {
  readonly #root: Buffer
  #hasLifted = false

  constructor(path: string) {
    this.#root = Buffer.from(path)
  }

  /** What is too deep is lifted to the root, where the next turn meets it. */
  async run(): Promise<void> {
    do {
      this.#hasLifted = false
      await this.#empty(this.#root, 0)
    } while (this.#hasLifted)
    await rmdir(this.#root)
  }

  async #empty(folder: Buffer, depth: number): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
      const path = Buffer.concat([folder, SLASH, entry.name])
      if (!entry.isDirectory()) await unlink(path)
      else if (depth === DEPTH_MAX) await this.#lift(path)
      else {
        await this.#empty(path, depth + 1)
        await rmdir(path)
      }
    }
  }

  async #lift(path: Buffer): Promise<void> {
    this.#hasLifted = true
    await rename(path, Buffer.concat([this.#root, SLASH, Buffer.from(randomId())]))
  }
}
