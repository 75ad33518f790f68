import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Conflict, errorCode, NotFound } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import { type Mount, syncFileSystem } from '#linux'
import { type Collection, type Meta, recordParser } from '#meta'
import { measure } from './measure.ts'
import { removeTree } from './remove-tree.ts'
import { type CommitOptions, type SnapshotInfo, SnapshotRecord, type Snapshotter, type Usage } from './snapshotter.ts'

/**
 * Snapshots on overlayfs (Documentation/filesystems/overlayfs.rst). Each has a folder `NUMBER/fs` with its own layer;
 * active ones have `NUMBER/work` beside it. Redirects, metacopy and indexes are off: layers come from strangers, and
 * with them a crafted extended attribute would read files from elsewhere (SAFETY S12).
 */
const SAFE_OPTIONS = ['redirect_dir=nofollow', 'metacopy=off', 'index=off', 'xino=off']

const REMOVING = 'removing-'

export interface OverlayOptions {
  readonly meta: Meta
  readonly folder: string
}

export function openOverlay(options: OverlayOptions): Snapshotter {
  return new OverlaySnapshotter(options)
}

class OverlaySnapshotter implements Snapshotter {
  readonly name = 'overlay2'
  readonly #meta: Meta
  readonly #folder: string
  readonly #records: Collection<SnapshotInfo>
  /** Names of snapshots whose files may be in memory only. */
  readonly #pending = new Set<string>()
  /** Folders that somebody is removing. */
  readonly #doomed = new Set<string>()
  /** Bytes of committed snapshots, by number: they never change. */
  readonly #footprints = new Map<number, number>()
  #lastNumber: number

  constructor({ meta, folder }: OverlayOptions) {
    this.#meta = meta
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o710 })
    this.#records = meta.collection('snapshot', recordParser(SnapshotRecord))
    const onDisk = readdirSync(folder).map(name => Number(name.replace(REMOVING, '')))
    const records = this.#records.list()
    this.#lastNumber = Math.max(0, ...onDisk.filter(Number.isInteger), ...records.map(record => record.number))
    meta.write(() => records.filter(({ pending }) => pending).map(({ key }) => this.#records.delete(key)), {
      release: true,
    })
  }

  async prepare(key: string, parent: string | undefined): Promise<void> {
    this.#create(key, 'active', parent)
  }

  async view(key: string, parent: string): Promise<void> {
    this.#create(key, 'view', parent)
  }

  async commit(name: string, key: string, { size, pending }: CommitOptions = {}): Promise<void> {
    const active = this.#expect(key, 'active')
    if (this.#records.has(name)) throw new Conflict(`snapshot ${name} is there already`)
    this.#meta.write(() => {
      this.#records.delete(key)
      this.#records.put(name, {
        ...active,
        key: name,
        kind: 'committed',
        ...(size !== undefined && { size }),
        ...(pending && { pending }),
      })
    })
    if (pending) this.#pending.add(name)
    await removeTree(this.#path(active, 'work'))
  }

  async sync(): Promise<void> {
    const names = [...this.#pending]
    if (names.length === 0) return
    await syncFileSystem(this.#folder)
    this.#meta.write(() => {
      for (const name of names) {
        const record = this.#records.get(name)
        if (record === undefined) continue
        const { pending: _, ...durable } = record
        this.#records.put(name, durable)
      }
    })
    for (const name of names) this.#pending.delete(name)
  }

  mounts(key: string): Mount[] {
    const record = this.#get(key)
    const lower = this.#chain(record.parent).map(parent => `${parent.number}/fs`)
    if (record.kind === 'active' && lower.length === 0) {
      return [{ type: 'bind', source: this.#path(record, 'fs'), options: ['rbind', 'rw'] }]
    }
    const layers = record.kind === 'active' ? lower : [`${record.number}/fs`, ...lower]
    const writable =
      record.kind === 'active' ? [`upperdir=${record.number}/fs`, `workdir=${record.number}/work`] : ['ro']
    const options = [`lowerdir=${layers.join(':')}`, ...writable, ...SAFE_OPTIONS]
    return [{ type: 'overlay', source: 'overlay', options, workingFolder: this.#folder }]
  }

  layers(key: string): { own: string; below: string[] } {
    const record = this.#get(key)
    return { own: this.#path(record, 'fs'), below: this.#chain(record.parent).map(parent => this.#path(parent, 'fs')) }
  }

  layerFolder(key: string): string {
    return this.#path(this.#expect(key, 'active'), 'fs')
  }

  async remove(key: string): Promise<void> {
    if (!this.#records.has(key)) return
    const record = this.#readable(key)
    if (record?.kind !== 'active') this.#refuseParent(key)
    this.#meta.write(() => this.#records.delete(key), { release: true })
    this.#pending.delete(key)
    // Without a readable record nobody knows the folder: it is left to `collect`.
    if (record !== undefined && !this.#removeEmptyFolder(record)) await this.#removeFolder(String(record.number))
  }

  stat(key: string): SnapshotInfo | undefined {
    return this.#records.get(key)
  }

  list(): SnapshotInfo[] {
    return this.#records.list()
  }

  async usage(key: string): Promise<Usage> {
    return await measure(this.#path(this.#get(key), 'fs'))
  }

  async footprint(key: string): Promise<number> {
    const record = this.#get(key)
    const known = this.#footprints.get(record.number)
    if (known !== undefined) return known
    const { bytes } = await measure(join(this.#folder, String(record.number)))
    if (record.kind === 'committed') this.#footprints.set(record.number, bytes)
    return bytes
  }

  async overhead(): Promise<number> {
    const known = new Set(this.#records.list().map(({ number }) => String(number)))
    for (const number of this.#footprints.keys()) if (!known.has(String(number))) this.#footprints.delete(number)
    let bytes = statSync(this.#folder).blocks * 512
    for (const name of readdirSync(this.#folder).filter(other => !known.has(other))) {
      bytes += (await measure(join(this.#folder, name)).catch(() => ({ bytes: 0 }))).bytes
    }
    return bytes
  }

  async collect(): Promise<string[]> {
    const entries = this.#records.entries()
    const known = new Set(entries.flatMap(entry => ('value' in entry ? [String(entry.value.number)] : [])))
    // A record that does not parse may be of any folder, and that folder may be a container's.
    const isSure = entries.every(entry => 'value' in entry)
    const strays = readdirSync(this.#folder).filter(
      name => !known.has(name) && !this.#doomed.has(doomedName(name)) && (isSure || name.startsWith(REMOVING)),
    )
    for (const name of strays) await this.#removeFolder(name)
    return strays.map(name => join(this.#folder, name))
  }

  /** The folder comes first: a record always has one. */
  #create(key: string, kind: 'active' | 'view', parent: string | undefined): void {
    if (this.#records.has(key)) throw new Conflict(`snapshot ${key} is there already`)
    if (parent !== undefined) this.#expect(parent, 'committed')
    const number = ++this.#lastNumber
    const folder = join(this.#folder, String(number))
    try {
      mkdirSync(folder, { mode: 0o710 })
      mkdirSync(join(folder, 'fs'), { mode: 0o755 })
      if (kind === 'active') mkdirSync(join(folder, 'work'), { mode: 0o700 })
      this.#records.put(key, {
        key,
        kind,
        ...(parent === undefined ? {} : { parent }),
        number,
        created: formatRfc3339Nano(nowNanos()),
      })
    } catch (error) {
      // A folder that no record knows would stay until the daemon starts again.
      rmSync(folder, { recursive: true, force: true })
      throw fileError(error, `make snapshot ${key}`, this.#folder)
    }
  }

  /** From the parent upwards to the base. */
  #chain(parent: string | undefined): SnapshotInfo[] {
    const chain: SnapshotInfo[] = []
    for (let at = parent; at !== undefined; ) {
      const record = this.#get(at)
      chain.push(record)
      at = record.parent
    }
    return chain
  }

  #readable(key: string): SnapshotInfo | undefined {
    try {
      return this.#records.get(key)
    } catch {
      return undefined
    }
  }

  /** What is active never has anything on it, so that the look at all records is spared for containers. */
  #refuseParent(key: string): void {
    const child = this.#records.list().find(other => other.parent === key)
    if (child !== undefined) throw new Conflict(`snapshot ${key} is the parent of ${child.key}`)
  }

  /** Most containers write nothing: taking four folders away needs no thread. False where something is in them. */
  #removeEmptyFolder(record: SnapshotInfo): boolean {
    try {
      const work = this.#path(record, 'work')
      const kernel = join(work, 'work')
      if (existsSync(kernel)) rmdirSync(kernel)
      if (existsSync(work)) rmdirSync(work)
      rmdirSync(this.#path(record, 'fs'))
      rmdirSync(join(this.#folder, String(record.number)))
      return true
    } catch {
      return false
    }
  }

  /** Out of the way first, which is atomic; files then go without anybody meeting half of them. */
  async #removeFolder(name: string): Promise<void> {
    const doomed = doomedName(name)
    if (this.#doomed.has(doomed)) return
    this.#doomed.add(doomed)
    try {
      if (name !== doomed) await rename(join(this.#folder, name), join(this.#folder, doomed))
      await removeTree(join(this.#folder, doomed))
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw fileError(error, `remove snapshot folder ${name}`, this.#folder)
    } finally {
      this.#doomed.delete(doomed)
    }
  }

  #get(key: string): SnapshotInfo {
    const record = this.#records.get(key)
    if (record === undefined) throw new NotFound(`no such snapshot: ${key}`)
    return record
  }

  #expect(key: string, kind: SnapshotInfo['kind']): SnapshotInfo {
    const record = this.#get(key)
    if (record.kind !== kind) throw new Conflict(`snapshot ${key} is ${record.kind}, not ${kind}`)
    return record
  }

  #path(record: SnapshotInfo, part: 'fs' | 'work'): string {
    return join(this.#folder, String(record.number), part)
  }
}

/** What the folder `name` is called while it is being removed. */
function doomedName(name: string): string {
  return name.startsWith(REMOVING) ? name : `${REMOVING}${name}`
}
