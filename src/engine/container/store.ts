import * as Type from 'typebox'
import { Conflict, InvalidArgument, NotFound } from '#lib/errors'
import { type Collection, type Meta, recordParser } from '#meta'
import { type ContainerRecord, parseContainerRecord } from './record.ts'

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

/** Records of containers and their names; a name leads to one container, whatever happens at the same time. */
export class ContainerStore {
  readonly #meta: Pick<Meta, 'write'>
  readonly #records: Collection<ContainerRecord>
  readonly #names: Collection<string>

  constructor(meta: Pick<Meta, 'collection' | 'write'>) {
    this.#meta = meta
    this.#records = meta.collection('container', parseContainerRecord)
    this.#names = meta.collection('container-name', recordParser(Type.String()))
  }

  /** A store that only reads, over records that somebody else may be writing. */
  static reading(meta: Pick<Meta, 'collection'>): ContainerStore {
    const write = () => {
      throw new Error('these records are open for reading only')
    }
    return new ContainerStore({ collection: meta.collection, write })
  }

  /** By whole id, name (with or without its slash) or unique beginning of an id. @throws in Docker's words */
  find(text: string): ContainerRecord {
    const name = text.startsWith('/') ? text.slice(1) : text
    const direct = this.#records.get(name) ?? this.#byName(name)
    if (direct !== undefined) return direct
    const matching = name === '' ? [] : this.ids().filter(id => id.startsWith(name))
    if (matching.length > 1) throw new InvalidArgument(`Multiple IDs found with provided prefix: ${text}`)
    const record = matching[0] === undefined ? undefined : this.#records.get(matching[0])
    if (record === undefined) throw new NotFound(`No such container: ${text}`)
    return record
  }

  get(id: string): ContainerRecord | undefined {
    return this.#records.get(id)
  }

  ids(): string[] {
    return this.#records.entries().map(entry => entry.key)
  }

  list(): ContainerRecord[] {
    return this.#records.list()
  }

  damaged(): { readonly id: string; readonly reason: string }[] {
    return this.#records
      .entries()
      .flatMap(entry => ('corrupt' in entry ? [{ id: entry.key, reason: entry.corrupt }] : []))
  }

  /** @throws Conflict where the name is taken, in Docker's words */
  add(record: ContainerRecord): void {
    this.#meta.write(() => {
      const holder = this.#names.get(record.name)
      if (holder !== undefined) throw nameTaken(record.name, holder)
      this.#names.put(record.name, record.id)
      this.#records.put(record.id, record)
    })
  }

  /** Gives a container another name. @throws Conflict where it is taken, in Docker's words */
  rename(before: ContainerRecord, after: ContainerRecord): void {
    this.#meta.write(() => {
      const holder = this.#names.get(after.name)
      if (holder !== undefined) throw nameTaken(after.name, holder)
      this.#names.delete(before.name)
      this.#names.put(after.name, after.id)
      this.#records.put(after.id, after)
    })
  }

  /** Replaces a record under its name. */
  put(record: ContainerRecord, options: { readonly release?: boolean } = {}): void {
    this.#meta.write(() => this.#records.put(record.id, record), options)
  }

  remove(record: ContainerRecord): void {
    this.#meta.write(
      () => {
        if (this.#names.get(record.name) === record.id) this.#names.delete(record.name)
        this.#records.delete(record.id)
      },
      { release: true },
    )
  }

  isNameTaken(name: string): boolean {
    return this.#names.has(name)
  }

  #byName(name: string): ContainerRecord | undefined {
    const id = this.#names.get(name)
    return id === undefined ? undefined : this.#records.get(id)
  }
}

/** @throws InvalidArgument in Docker's words */
export function parseContainerName(text: string): string {
  const name = text.startsWith('/') ? text.slice(1) : text
  if (!NAME.test(name)) {
    throw new InvalidArgument(`Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
  }
  return name
}

function nameTaken(name: string, holder: string): Conflict {
  return new Conflict(
    `Conflict. The container name "/${name}" is already in use by container "${holder}". ` +
      'You have to remove (or rename) that container to be able to reuse that name.',
  )
}
