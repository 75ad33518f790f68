import type { TreeFile } from '#linux'
import { StackedFolder } from './layers.ts'

export interface Change {
  readonly kind: 'modified' | 'added' | 'deleted'
  /** Absolute. */
  readonly path: string
}

/** Folders between which others get their turn. */
const TURN_FOLDERS = 64

/**
 * What a layer changes of those below it, uppermost first; in the order of names, a folder before what is in it. As
 * with Docker, a folder of which nothing but its content changed is said to be modified when something in it was
 * added or deleted.
 */
export async function changesOf(own: string, below: readonly string[]): Promise<Change[]> {
  const changes: Change[] = []
  using upper = StackedFolder.open([own])
  using lower = StackedFolder.open(below)
  const walk = new ChangeWalk(changes)
  await walk.folder(upper, lower, '', 1)
  return changes
}

class ChangeWalk {
  readonly #changes: Change[]
  #folders = 0

  constructor(changes: Change[]) {
    this.#changes = changes
  }

  /** @param isSaid whether the folder itself is among the changes */
  async folder(
    upper: StackedFolder,
    lower: StackedFolder,
    path: string,
    depth: number,
    isSaid = path === '',
  ): Promise<void> {
    if (++this.#folders % TURN_FOLDERS === 0) await new Promise(setImmediate)
    let isParentSaid = isSaid
    for (const name of upper.names()) {
      using file = upper.top(name)
      if (file === undefined) continue
      using before = lower.find(name)
      const kind = kindOf(file, before)
      if ((kind === 'added' || kind === 'deleted') && !isParentSaid) {
        this.#changes.push({ kind: 'modified', path })
        isParentSaid = true
      }
      const whole = `${path}/${name}`
      if (kind !== undefined) this.#changes.push({ kind, path: whole })
      if (file.kind !== 'dir') continue
      using above = upper.below(name, depth)
      const hides = file.isOpaque && before?.kind === 'dir'
      if (hides) this.#hidden(lower, name, above, whole, depth)
      using under = hides || before?.kind !== 'dir' ? new StackedFolder([]) : lower.below(name, depth)
      await this.folder(above, under, whole, depth + 1, kind !== undefined)
    }
  }

  /** What an opaque folder hides, and does not hold again, is deleted. */
  #hidden(lower: StackedFolder, name: string, above: StackedFolder, path: string, depth: number): void {
    using under = lower.below(name, depth)
    const kept = new Set(above.names())
    for (const gone of under.names()) {
      using file = under.find(gone)
      if (file !== undefined && !kept.has(gone)) this.#changes.push({ kind: 'deleted', path: `${path}/${gone}` })
    }
  }
}

function kindOf(file: TreeFile, before: TreeFile | undefined): Change['kind'] | undefined {
  if (file.isWhiteout) return before === undefined ? undefined : 'deleted'
  if (before === undefined) return 'added'
  return file.kind === 'dir' && before.kind === 'dir' && isSameFolder(file, before) ? undefined : 'modified'
}

function isSameFolder({ stat: a }: TreeFile, { stat: b }: TreeFile): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.mtimeNs === b.mtimeNs
}
