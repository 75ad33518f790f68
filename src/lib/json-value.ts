import { InvalidArgument } from './errors.ts'
import { quoted } from './printable.ts'

/** Nesting that Go's decoder refuses too. */
const DEPTH_MAX = 10_000

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })

export type StringRecord = Readonly<Record<string, string>>

/**
 * A value of foreign JSON, read as Go's encoding/json reads into a struct: `null` and absence give the zero value, a
 * member's name is matched exactly or, failing that, without regard to case, and a value of another type is an error
 * that says where it stands. What is read is plain data; nothing of the parsed object graph leaks out.
 */
export class JsonValue {
  readonly #value: unknown
  readonly #what: string
  readonly #path: string

  private constructor(value: unknown, what: string, path: string) {
    this.#value = value
    this.#what = what
    this.#path = path
  }

  /**
   * Parses `bytes` (UTF-8); `what` names the document in errors.
   * @throws InvalidArgument where it is no JSON, too deep or longer than `limit` bytes.
   */
  static parse(bytes: Uint8Array, what: string, limit: number): JsonValue {
    if (bytes.length > limit)
      throw new InvalidArgument(`invalid ${what}: ${bytes.length} bytes, at most ${limit} are read`)
    if (bytes.length > DEPTH_MAX && depth(bytes) > DEPTH_MAX) {
      throw new InvalidArgument(`invalid ${what}: nested deeper than ${DEPTH_MAX}`)
    }
    try {
      return new JsonValue(JSON.parse(UTF8.decode(bytes)), what, '')
    } catch (error) {
      const reason = error instanceof Error ? quoted(error.message) : 'no JSON'
      throw new InvalidArgument(`invalid ${what}: not JSON: ${reason}`, { cause: error })
    }
  }

  /** Null or not there. */
  get absent(): boolean {
    return this.#value === null || this.#value === undefined
  }

  /** The member called `name`; absent where this object is absent or has none. */
  member(name: string): JsonValue {
    const object = this.#object()
    if (object === undefined) return this.#at(undefined, name)
    if (Object.hasOwn(object, name)) return this.#at(object[name], name)
    const folded = name.toLowerCase()
    const other = Object.keys(object).findLast(key => key.toLowerCase() === folded)
    return this.#at(other === undefined ? undefined : object[other], name)
  }

  /** The names of this object's members. */
  names(): string[] {
    const object = this.#object()
    return object === undefined ? [] : Object.keys(object)
  }

  /** The members of this object under their names as written. */
  entries(limit: number): [string, JsonValue][] {
    const object = this.#object()
    if (object === undefined) return []
    const found = Object.entries(object)
    if (found.length > limit) this.fail(`${found.length} members, at most ${limit} are read`)
    return found.map(([key, value]) => [key, this.#at(value, quoted(key, 40))])
  }

  elements(limit: number): JsonValue[] {
    if (this.absent) return []
    const value = this.#value
    if (!Array.isArray(value)) return this.fail('not a list')
    if (value.length > limit) this.fail(`${value.length} entries, at most ${limit} are read`)
    return value.map((element: unknown, index) => new JsonValue(element, this.#what, `${this.#path}[${index}]`))
  }

  string(): string {
    if (this.absent) return ''
    const value = this.#value
    return typeof value === 'string' ? value.toWellFormed() : this.fail('not a string')
  }

  boolean(): boolean {
    if (this.absent) return false
    const value = this.#value
    return typeof value === 'boolean' ? value : this.fail('not true or false')
  }

  /** A whole number that a double holds exactly. */
  integer(): number {
    if (this.absent) return 0
    const value = this.#value
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : this.fail('not a whole number')
  }

  strings(limit: number): string[] {
    return this.elements(limit).map(element => element.string())
  }

  /** A map of strings, without a prototype: `__proto__` and `constructor` are keys like any other. */
  stringRecord(limit: number): StringRecord {
    const record: Record<string, string> = Object.create(null)
    for (const [key, value] of this.entries(limit)) record[key] = value.string()
    return record
  }

  /** Refuses the document because of this value. */
  fail(reason: string): never {
    const place = this.#path === '' ? '' : `${this.#path}: `
    throw new InvalidArgument(`invalid ${this.#what}: ${place}${reason}`)
  }

  #object(): Record<string, unknown> | undefined {
    if (this.absent) return undefined
    const value = this.#value
    if (typeof value !== 'object' || Array.isArray(value)) return this.fail('not an object')
    return value as Record<string, unknown>
  }

  #at(value: unknown, name: string): JsonValue {
    return new JsonValue(value, this.#what, this.#path === '' ? name : `${this.#path}.${name}`)
  }
}

/** The deepest nesting of brackets outside strings. */
function depth(bytes: Uint8Array): number {
  let deepest = 0
  let now = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++now)
    else if (byte === 0x5d || byte === 0x7d) now--
  }
  return deepest
}
