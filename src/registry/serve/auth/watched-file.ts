import { readFileSync, statSync } from 'node:fs'
import { errorText, InvalidArgument } from '#lib/errors'
import { Refusal } from '../refusal.ts'

const FILE_BYTES_MAX = 1024 * 1024

/** What a file of people's says. It is read again when it has changed; while it cannot be read, nobody is let in. */
export class WatchedFile<T> {
  readonly #path: string
  readonly #what: string
  readonly #parse: (text: string, path: string) => T
  #version: string
  #value: T

  /** @throws InvalidArgument where it cannot be read, and what `parse` throws */
  constructor(path: string, what: string, parse: (text: string, path: string) => T) {
    this.#path = path
    this.#what = what
    this.#parse = parse
    this.#version = this.#stat()
    this.#value = this.#read()
  }

  /** @throws Refusal UNAVAILABLE */
  get value(): T {
    try {
      const version = this.#stat()
      if (version !== this.#version) {
        this.#value = this.#read()
        this.#version = version
      }
      return this.#value
    } catch (error) {
      // Where the file lies and what is wrong with it is for the log, not for strangers.
      throw new Refusal(503, 'UNAVAILABLE', 'nobody can be authenticated now', {
        fix: 'see the log of the registry',
        cause: error,
      })
    }
  }

  /** Changes with the file, also where it is replaced by another one of the same second. */
  #stat(): string {
    return this.#attempt(() => {
      const { mtimeNs, ino, size } = statSync(this.#path, { bigint: true })
      return `${mtimeNs} ${ino} ${size}`
    })
  }

  #read(): T {
    const text = this.#attempt(() => readFileSync(this.#path, 'utf8'))
    if (text.length > FILE_BYTES_MAX) throw new InvalidArgument(`${this.#path} has more than ${FILE_BYTES_MAX} bytes`)
    return this.#parse(text, this.#path)
  }

  #attempt(body: () => string): string {
    try {
      return body()
    } catch (error) {
      throw new InvalidArgument(`cannot read ${this.#what} ${this.#path}: ${errorText(error)}`, { cause: error })
    }
  }
}
