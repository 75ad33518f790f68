import { Conflict, InvalidArgument, within } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { parseContainerName } from './store.ts'

/** @throws NotFound, InvalidArgument, Conflict (the name is taken) in Docker's words */
export async function renameContainer(deps: EngineDeps, nameOrId: string, wanted: string): Promise<void> {
  const text = wanted.trim()
  if (withoutSlash(nameOrId.trim()) === '' || withoutSlash(text) === '') {
    throw new InvalidArgument('Neither old nor new names may be empty')
  }
  const { id } = deps.containers.find(nameOrId.trim())
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.find(id)
  if (record.removing) throw new Conflict(`container ${id} is being removed`)
  if (withoutSlash(text) === record.name) {
    throw new InvalidArgument('Renaming a container with the same name as its current name')
  }
  const renamed = within('Error when allocating new name', () => {
    const next = { ...record, name: parseContainerName(`/${withoutSlash(text)}`) }
    deps.containers.rename(record, next)
    return next
  })
  await deps.meta.durable()
  publishContainer(deps, renamed, 'rename', { oldName: `/${record.name}` })
}

function withoutSlash(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name
}
