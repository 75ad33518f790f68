import { throwIfAborted } from '#lib/abort'
import { Conflict } from '#lib/errors'
import { type PathFacts, packPath, pathFacts } from '#snapshot'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { missingPath } from './not-found.ts'
import { viewForReading } from './view.ts'

export interface ReadOptions {
  /** Called once, when the path is found; takes the archive in pieces. */
  readonly open: (facts: PathFacts) => (chunk: Uint8Array) => Promise<void>
  readonly signal: AbortSignal
}

/** What is at a path in a container. @throws NotFound, SystemError in Docker's words */
export async function statInContainer(deps: EngineDeps, nameOrId: string, path: string): Promise<PathFacts> {
  await using files = await viewForReading(deps, nameOrId)
  try {
    return pathFacts(files.view.root, path)
  } catch (error) {
    throw missingPath(error, path, nameOrId)
  }
}

/**
 * A file or folder of a container as a tar, each file as it is when its turn comes. Nothing waits for the reader.
 * @throws NotFound; SystemError in Docker's words; Conflict where the container is removed meanwhile
 */
export async function readFromContainer(
  deps: EngineDeps,
  nameOrId: string,
  path: string,
  { open, signal }: ReadOptions,
): Promise<void> {
  await using files = await viewForReading(deps, nameOrId)
  const { record, view } = files
  using packed = found(() => packPath(view.root, path), path, nameOrId)
  const write = open(packed.facts)
  publishContainer(deps, record, 'archive-path')
  for await (const chunk of packed.chunks()) {
    throwIfAborted(signal, `copy from container ${record.name}`)
    await write(chunk)
  }
  const now = deps.containers.get(record.id)
  if (now === undefined || now.removing) throw new Conflict(`container ${record.name} was removed while it was copied`)
}

function found<T>(look: () => T, path: string, nameOrId: string): T {
  try {
    return look()
  } catch (error) {
    throw missingPath(error, path, nameOrId)
  }
}
