import { InvalidArgument } from '#lib/errors'
import { type MountEntry, mounts } from '#linux'
import type { BindSettings } from './settings.ts'

/**
 * How mounts of the host have to go on into the container for what its binds ask for: a bind is a slave or a peer only
 * of what its namespace is one of. @throws InvalidArgument in Docker's words where the source is not shared
 */
export function propagationOf(binds: readonly BindSettings[]): 'rprivate' | 'rslave' | 'rshared' {
  const shared = binds.filter(({ propagation }) => propagation.endsWith('shared'))
  const slaves = binds.filter(({ propagation }) => propagation.endsWith('slave'))
  if (shared.length + slaves.length === 0) return 'rprivate'
  const all = mounts()
  for (const { source } of shared) {
    requireGroup(source, all, ['shared:'], 'a shared mount')
  }
  for (const { source } of slaves) {
    requireGroup(source, all, ['shared:', 'master:'], 'a shared or slave mount')
  }
  return shared.length > 0 ? 'rshared' : 'rslave'
}

function requireGroup(source: string, all: readonly MountEntry[], groups: readonly string[], what: string): void {
  const mount = mountOf(source, all)
  if (mount?.optional.some(field => groups.some(group => field.startsWith(group))) === true) return
  throw new InvalidArgument(`path ${source} is mounted on ${mount?.target ?? '/'} but it is not ${what}`)
}

/** The last mount at the deepest place. */
function mountOf(path: string, all: readonly MountEntry[]): MountEntry | undefined {
  const around = all.filter(({ target }) => target === '/' || path === target || path.startsWith(`${target}/`))
  return around.reduce<MountEntry | undefined>(
    (best, mount) => (best === undefined || mount.target.length >= best.target.length ? mount : best),
    undefined,
  )
}
