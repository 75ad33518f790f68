import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { DataCorrupt, errorText, NoSpace } from '#lib/errors'
import { Checkpointer } from './checkpointer.ts'
import { Flusher } from './flusher.ts'
import type { Collection, Entry, KeyRange, Meta } from './meta.ts'

const LAYOUT_VERSION = 1
const RESERVE_BYTES = 4 * 1024 * 1024
const SQLITE_FULL = 13
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26
const SQLITE_IOERR_WRITE = 778

/** Sorts behind everything that a key may go on with. */
const LAST_CHARACTER = '\u{10ffff}'

/** Opens the database at `path` and the reserve beside it. @throws DataCorrupt, NoSpace, SystemError */
export function openMeta(path: string): Meta {
  const isNew = !existsSync(path)
  const database = open(path)
  if (isNew) syncFolder(dirname(path))
  return new SqliteMeta(path, database)
}

function open(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path)
    // Without `synchronous=full` a commit is in the log but not on the disk: durable() flushes the log itself.
    database.exec(`pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 0`)
    const version = database.prepare('pragma user_version').get()?.['user_version']
    if (typeof version === 'number' && version > LAYOUT_VERSION) {
      throw new DataCorrupt(
        `${path} was written by a newer Gantry (layout ${version}, this one knows ${LAYOUT_VERSION})`,
        {
          fix: 'start the newer version again, or use another --data-root',
        },
      )
    }
    database.exec(`
      create table if not exists records (
        collection text not null, key text not null, value text not null, primary key (collection, key)
      ) without rowid;
      pragma user_version = ${LAYOUT_VERSION}`)
    return database
  } catch (error) {
    throw meaningOf(error, path)
  }
}

/**
 * Looks at the records of a database that another process may be writing; undefined where there is none.
 * Only reading works on what comes back.
 */
export function readMeta(path: string): (Disposable & Pick<Meta, 'collection'>) | undefined {
  if (!existsSync(path)) return undefined
  const database = new DatabaseSync(path, { readOnly: true })
  const statements = prepare(database)
  const refuse = () => {
    throw new Error(`${path} is open for reading only`)
  }
  return {
    collection: (name, parse) => new SqliteCollection(name, parse, statements, refuse),
    [Symbol.dispose]: () => database.close(),
  }
}

class SqliteMeta implements Meta {
  readonly #path: string
  readonly #database: DatabaseSync
  readonly #statements: Statements
  readonly #flusher: Flusher
  readonly #checkpointer: Checkpointer
  #depth = 0

  constructor(path: string, database: DatabaseSync) {
    this.#path = path
    this.#database = database
    this.#statements = prepare(database)
    this.#flusher = new Flusher(`${path}-wal`)
    this.#checkpointer = new Checkpointer(path)
    this.#keepReserve()
  }

  collection<T>(name: string, parse: (value: unknown) => T): Collection<T> {
    return new SqliteCollection(name, parse, this.#statements, body => this.write(body))
  }

  write<R>(body: () => R, options: { readonly release?: boolean } = {}): R {
    if (this.#depth > 0) return body()
    try {
      return this.#transaction(body)
    } catch (error) {
      const meaning = meaningOf(error, this.#path)
      if (!(meaning instanceof NoSpace) || options.release !== true || !this.#spendReserve()) throw meaning
    }
    return this.#transaction(body)
  }

  async durable(): Promise<void> {
    await this.#flusher.flush()
    this.#checkpointer.maybeStart()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.durable()
    await this.#checkpointer.idle()
    this.#flusher.close()
    this.#database.close()
  }

  #transaction<R>(body: () => R): R {
    this.#depth++
    try {
      this.#database.exec('begin immediate')
      try {
        const result = body()
        this.#database.exec('commit')
        this.#checkpointer.wrote()
        return result
      } catch (error) {
        // A failed commit (a full disk) may have rolled back by itself.
        if (this.#database.isTransaction) this.#database.exec('rollback')
        throw error
      }
    } finally {
      this.#depth--
    }
  }

  #reservePath(): string {
    return `${this.#path}.reserve`
  }

  #keepReserve(): void {
    if (existsSync(this.#reservePath())) return
    try {
      const fd = openSync(this.#reservePath(), 'wx', 0o600)
      try {
        writeSync(fd, Buffer.alloc(RESERVE_BYTES))
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
    } catch {
      // No room for a reserve now: the next start tries again.
      rmSync(this.#reservePath(), { force: true })
    }
  }

  #spendReserve(): boolean {
    if (!existsSync(this.#reservePath())) return false
    rmSync(this.#reservePath())
    return true
  }
}

interface Statements {
  readonly get: StatementSync
  readonly put: StatementSync
  readonly delete: StatementSync
  readonly list: StatementSync
  readonly scan: StatementSync
}

function prepare(database: DatabaseSync): Statements {
  return {
    get: database.prepare('select value from records where collection = ? and key = ?'),
    put: database.prepare('insert or replace into records (collection, key, value) values (?, ?, ?)'),
    delete: database.prepare('delete from records where collection = ? and key = ?'),
    list: database.prepare('select key, value from records where collection = ? order by key'),
    scan: database.prepare(
      'select key, value from records where collection = ? and key > ? and key < ? order by key limit ?',
    ),
  }
}

class SqliteCollection<T> implements Collection<T> {
  readonly #name: string
  readonly #parse: (value: unknown) => T
  readonly #statements: Statements
  readonly #write: <R>(body: () => R) => R

  constructor(name: string, parse: (value: unknown) => T, statements: Statements, write: <R>(body: () => R) => R) {
    this.#name = name
    this.#parse = parse
    this.#statements = statements
    this.#write = write
  }

  get(key: string): T | undefined {
    const row = this.#statements.get.get(this.#name, key)
    if (row === undefined) return undefined
    const entry = this.#entry(key, row['value'])
    if ('corrupt' in entry) throw new DataCorrupt(`record ${this.#name}/${key} does not parse: ${entry.corrupt}`)
    return entry.value
  }

  has(key: string): boolean {
    return this.#statements.get.get(this.#name, key) !== undefined
  }

  put(key: string, value: T): void {
    const text = JSON.stringify(value)
    this.#write(() => this.#statements.put.run(this.#name, key, text))
  }

  delete(key: string): boolean {
    return this.#write(() => this.#statements.delete.run(this.#name, key).changes) !== 0
  }

  list(): T[] {
    return this.entries().flatMap(entry => ('corrupt' in entry ? [] : [entry.value]))
  }

  entries(): Entry<T>[] {
    return this.#statements.list.all(this.#name).map(row => this.#entry(String(row['key']), row['value']))
  }

  scan({ prefix, after = '', limit }: KeyRange): Entry<T>[] {
    const from = after > prefix ? after : prefix
    const rows = this.#statements.scan.all(this.#name, from, `${prefix}${LAST_CHARACTER}`, limit)
    return rows.map(row => this.#entry(String(row['key']), row['value']))
  }

  #entry(key: string, text: unknown): Entry<T> {
    try {
      return { key, value: this.#parse(JSON.parse(String(text))) }
    } catch (error) {
      return { key, corrupt: errorText(error) }
    }
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function meaningOf(error: unknown, path: string): unknown {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : undefined
  if (code === SQLITE_FULL || code === SQLITE_IOERR_WRITE) {
    return new NoSpace(`cannot write ${path}: no space left on device`, {
      cause: error,
      fix: 'free some space, for example by removing containers or images',
    })
  }
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new DataCorrupt(`${path} is damaged: ${errorText(error)}`, {
      cause: error,
      fix: 'restore it from a backup, or move it away to start without its containers and images',
    })
  }
  return error
}
