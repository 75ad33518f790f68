import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '#client'
import { errorCode, InvalidArgument, NotFound } from '#lib/errors'
import { fileError } from '#lib/file-error'
import { fullText, type ImageName } from '../image/reference.ts'
import { entryJson, type ManifestEntry, readEntry } from './entry.ts'

/** Members of a list that are read: registries take no more either. */
const MEMBERS_MAX = 1000
const FILE_BYTES_MAX = 32 * 1024 * 1024

/**
 * Lists of manifests that are being put together, in `FOLDER/LIST/MEMBER`: where Docker's command line keeps them, as it
 * keeps them, so that either goes on with what the other began. `folder` is `manifests` beside `config.json`.
 */
export class ManifestStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The members of a list, in the order of their file names. @throws NotFound in Docker's words */
  list(list: ImageName): ManifestEntry[] {
    const folder = this.#listFolder(list)
    const names = within(`read the manifest list ${fullText(list)}`, folder, () => readdirSync(folder).sort())
    if (names === undefined) throw noSuch(list)
    if (names.length > MEMBERS_MAX) throw new InvalidArgument(`${folder} has more than ${MEMBERS_MAX} manifests`)
    return names.flatMap(name => readFile(join(folder, name)) ?? [])
  }

  has(list: ImageName): boolean {
    return statSync(this.#listFolder(list), { throwIfNoEntry: false })?.isDirectory() === true
  }

  /** @throws NotFound in Docker's words */
  get(list: ImageName, member: ImageName): ManifestEntry {
    const found = this.find(list, member)
    if (found === undefined) throw noSuch(member)
    return found
  }

  find(list: ImageName, member: ImageName): ManifestEntry | undefined {
    return readFile(join(this.#listFolder(list), fileName(member)))
  }

  save(list: ImageName, member: ImageName, entry: ManifestEntry): void {
    const folder = this.#listFolder(list)
    within(`write the manifest list ${fullText(list)}`, folder, () => {
      mkdirSync(folder, { recursive: true, mode: 0o755 })
      replaceFile(join(folder, fileName(member)), entryJson(entry))
    })
  }

  remove(list: ImageName): void {
    const folder = this.#listFolder(list)
    within(`remove the manifest list ${fullText(list)}`, folder, () => rmSync(folder, { recursive: true, force: true }))
  }

  #listFolder(list: ImageName): string {
    return join(this.#folder, fileName(list))
  }
}

/** Docker's name for the file: no name of an image leads out of the folder, for each has a slash and none stays one. */
function fileName(name: ImageName): string {
  return fullText(name).replaceAll(':', '-').replaceAll('/', '_')
}

function readFile(path: string): ManifestEntry | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > FILE_BYTES_MAX) throw new InvalidArgument(`${path} is longer than ${FILE_BYTES_MAX} bytes`)
  const bytes = within(`read ${path}`, path, () => readFileSync(path))
  return bytes === undefined ? undefined : readEntry(bytes, path)
}

/** Undefined where something is not there. @throws GantryError with the meaning of every other failure */
function within<T>(doing: string, folder: string, body: () => T): T | undefined {
  try {
    return body()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw fileError(error, doing, folder)
  }
}

function noSuch(name: ImageName): NotFound {
  return new NotFound(`No such manifest: ${fullText(name)}`)
}
