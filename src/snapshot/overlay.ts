import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Conflict, errorCode, NotFound } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import { type Mount, mountUnlessThere, type PlacedMount, syncFileSystem, unmountAll } from '#linux'
import { type Collection, type Meta, recordParser } from '#meta'
import { type MappedPaths, mappedMount, mappedPathsIn } from './mapped.ts'
import { measure } from './measure.ts'
import { removeTree } from './remove-tree.ts'
import {
  type CommitOptions,
  type Scratch,
  type SnapshotInfo,
  SnapshotRecord,
  type Snapshotter,
  type Usage,
} from './snapshotter.ts'

/**
 * Snapshots on overlayfs (Documentation/filesystems/overlayfs.rst). Each has a folder `NUMBER/fs` with its own layer;
 * active ones have `NUMBER/work` beside it. Redirects, metacopy and indexes are off: layers come from strangers, and
 * with them a crafted extended attribute would read files from elsewhere (SAFETY S12).
 */
const SAFE_OPTIONS = ['redirect_dir=nofollow', 'metacopy=off', 'index=off', 'xino=off']

const REMOVING = 'removing-'
/** Beside the folder of snapshots: a link to the folder in which mapped layers are mounted. */
const MOUNTED = '../mounted'

export interface OverlayOptions {
  readonly meta: Meta
  readonly folder: string
  /** Where mapped layers are mounted: on this boot's file system, not among what lasts. */
  readonly mountFolder: string
  /** Whether new layers are to be mapped where that can be; those that are stay so in any case. */
  readonly mapLayers?: boolean
}

export function openOverlay(options: OverlayOptions): Snapshotter {
  return new OverlaySnapshotter(options)
}

class OverlaySnapshotter implements Snapshotter {
  readonly name = 'overlay2'
  readonly #meta: Meta
  readonly #folder: string
  readonly #mountFolder: string
  readonly #mapLayers: boolean
  readonly #records: Collection<SnapshotInfo>
  /** Names of snapshots whose files may be in memory only. */
  readonly #pending = new Set<string>()
  /** Folders that somebody is removing. */
  readonly #doomed = new Set<string>()
  /** Bytes of committed snapshots, by number: they never change. */
  readonly #footprints = new Map<number, number>()
  #lastNumber: number

  constructor({ meta, folder, mountFolder, mapLayers = false }: OverlayOptions) {
    this.#meta = meta
    this.#folder = folder
    this.#mountFolder = mountFolder
    this.#mapLayers = mapLayers
    mkdirSync(folder, { recursive: true, mode: 0o710 })
    mkdirSync(mountFolder, { recursive: true, mode: 0o700 })
    linkTo(mountFolder, join(folder, MOUNTED))
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

  async commit(name: string, key: string, { size, pending, mapped, parent }: CommitOptions = {}): Promise<void> {
    const active = this.#expect(key, 'active')
    if (parent !== undefined) this.#expect(parent, 'committed')
    if (this.#records.has(name)) throw new Conflict(`snapshot ${name} is there already`)
    this.#meta.write(() => {
      this.#records.delete(key)
      this.#records.put(name, {
        ...active,
        key: name,
        kind: 'committed',
        ...(size !== undefined && { size }),
        ...(pending && { pending }),
        ...(parent !== undefined && { parent }),
        ...(mapped && { mapped }),
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

  mounts(key: string, over?: Scratch): Mount[] {
    const record = this.#get(key)
    const chain = this.#chain(record.parent)
    const lower = chain.map(lowerFolder)
    if (over === undefined && record.kind === 'active' && lower.length === 0) {
      return [{ type: 'bind', source: this.#path(record, 'fs'), options: ['rbind', 'rw'] }]
    }
    const isWritten = over === undefined && record.kind === 'active'
    const layers = isWritten ? lower : [lowerFolder(record), ...lower]
    const options = [`lowerdir=${layers.join(':')}`, ...(isWritten ? upperOf(record) : scratch(over)), ...SAFE_OPTIONS]
    const needs = [record, ...chain].filter(({ mapped }) => mapped).map(layer => this.#mappedLayer(layer))
    return [{ type: 'overlay', source: 'overlay', options, workingFolder: this.#folder, needs }]
  }

  layers(key: string): { own: string; below: string[] } {
    const record = this.#get(key)
    const chain = this.#chain(record.parent)
    for (const layer of [record, ...chain]) if (layer.mapped) mountUnlessThere(this.#mappedLayer(layer))
    const pathOf = (layer: SnapshotInfo) => join(this.#folder, lowerFolder(layer))
    return { own: pathOf(record), below: chain.map(pathOf) }
  }

  layerFolder(key: string): string {
    return this.#path(this.#expect(key, 'active'), 'fs')
  }

  mappedPaths(key: string): MappedPaths | undefined {
    const record = this.#expect(key, 'active')
    return this.#mapLayers ? mappedPathsIn(this.#folderOf(record)) : undefined
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
    const record = this.#get(key)
    if (record.mapped) return await this.#measureMapped(record)
    return await measure(this.#path(record, 'fs'))
  }

  async footprint(key: string): Promise<number> {
    const record = this.#get(key)
    const known = this.#footprints.get(record.number)
    if (known !== undefined) return known
    const { bytes } = await measure(this.#folderOf(record))
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
      await this.#removeMount(name)
      if (name !== doomed) await rename(join(this.#folder, name), join(this.#folder, doomed))
      await removeTree(join(this.#folder, doomed))
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw fileError(error, `remove snapshot folder ${name}`, this.#folder)
    } finally {
      this.#doomed.delete(doomed)
    }
  }

  async #removeMount(name: string): Promise<void> {
    const target = join(this.#mountFolder, name)
    if (!existsSync(target)) return
    await unmountAll(target)
    rmdirSync(target)
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

  async #measureMapped(record: SnapshotInfo): Promise<Usage> {
    const { tar, image } = mappedPathsIn(this.#folderOf(record))
    const files = await Promise.all([measure(tar), measure(image)])
    return { bytes: files[0].bytes + files[1].bytes, contentBytes: record.size ?? 0, inodes: files.length }
  }

  #mappedLayer(record: SnapshotInfo): PlacedMount {
    return {
      target: join(this.#mountFolder, String(record.number)),
      mount: mappedMount(mappedPathsIn(this.#folderOf(record))),
    }
  }

  #folderOf(record: SnapshotInfo): string {
    return join(this.#folder, String(record.number))
  }

  #path(record: SnapshotInfo, part: 'fs' | 'work'): string {
    return join(this.#folderOf(record), part)
  }
}

/** Where a layer's files are, below the folder of snapshots. */
function lowerFolder({ number, mapped }: SnapshotInfo): string {
  return mapped ? `${MOUNTED}/${number}` : `${number}/fs`
}

function upperOf({ number }: SnapshotInfo): string[] {
  return [`upperdir=${number}/fs`, `workdir=${number}/work`]
}

function scratch(over: Scratch | undefined): string[] {
  return over === undefined ? ['ro'] : [`upperdir=${over.upper}`, `workdir=${over.work}`]
}

/** Paths in mount options have to be short: mounts of this boot are reached by a link beside the snapshots. */
function linkTo(target: string, path: string): void {
  rmSync(path, { force: true })
  symlinkSync(target, path)
}

/** What the folder `name` is called while it is being removed. */
function doomedName(name: string): string {
  return name.startsWith(REMOVING) ? name : `${REMOVING}${name}`
}
