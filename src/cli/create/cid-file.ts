import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { openReason } from '../io/open-reason.ts'

/** The file of --cidfile: there while a container is made, and gone again where none was. */
export class CidFile implements Disposable {
  readonly #path: string
  #isWritten = false

  /** An empty path is no file. @throws Error in Docker's words */
  constructor(path: string) {
    this.#path = path
    if (path === '') return
    if (existsSync(path)) {
      throw new Error(`container ID file found, make sure the other container isn't running or delete ${path}`)
    }
    try {
      writeFileSync(path, '', { flag: 'wx' })
    } catch (cause) {
      throw new Error(`failed to create the container ID file: ${openReason(path, cause)}`, { cause })
    }
  }

  write(id: string): void {
    if (this.#path === '') return
    writeFileSync(this.#path, id)
    this.#isWritten = true
  }

  [Symbol.dispose](): void {
    if (this.#path !== '' && !this.#isWritten) rmSync(this.#path, { force: true })
  }
}
