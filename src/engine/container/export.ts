import { throwIfAborted } from '#lib/abort'
import { Conflict } from '#lib/errors'
import { mergedTar } from '#snapshot'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'

export interface ExportOptions {
  /** Called once, when the container is found; takes the archive in pieces. */
  readonly open: () => (chunk: Uint8Array) => Promise<void>
  readonly signal: AbortSignal
}

/**
 * The whole file system of a container, running or not, as a tar: of a running one each file as it is when its turn
 * comes. Nothing waits for the reader. @throws NotFound; Conflict where the container is removed meanwhile
 */
export async function exportContainer(
  deps: EngineDeps,
  nameOrId: string,
  { open, signal }: ExportOptions,
): Promise<void> {
  const record = deps.containers.find(nameOrId)
  const { own, below } = deps.snapshots.layers(record.id)
  const write = open()
  publishContainer(deps, record, 'export')
  for await (const chunk of mergedTar([own, ...below])) {
    throwIfAborted(signal, `export container ${record.name}`)
    await write(chunk)
  }
  const now = deps.containers.get(record.id)
  if (now === undefined || now.removing)
    throw new Conflict(`container ${record.name} was removed while it was exported`)
}
