import { ContainerCommitQuery, ContainerConfig, type FilesystemChange } from '#api'
import { NotFound } from '#lib/errors'
import type { Backends } from '../backends.ts'
import { commitDefaults } from '../convert/commit.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { withBytes } from '../stream/bytes.ts'

const KINDS = { modified: 0, added: 1, deleted: 2 } as const

/** What a container has made of its image: its changes, the whole of it, an image of it. */
export function containerFileRoutes(backends: Backends): Route[] {
  const { containers } = backends
  return [
    { method: 'POST', path: '/commit', handle: call => commit(backends, call) },
    {
      method: 'GET',
      path: '/containers/:id/changes',
      handle: async call => {
        const found = await containers.changes(call.param('id'))
        const changes: FilesystemChange[] = found.map(({ kind, path }) => ({ Path: path, Kind: KINDS[kind] }))
        call.sendJson(200, changes.length === 0 ? null : changes)
      },
    },
    {
      method: 'GET',
      path: '/containers/:id/export',
      handle: call =>
        withBytes(call, 'application/octet-stream', open =>
          containers.export(call.param('id'), { open, signal: call.signal }),
        ),
    },
  ]
}

async function commit({ containers }: Backends, call: ApiCall): Promise<void> {
  const query = call.readQuery(ContainerCommitQuery)
  const { container = '', repo = '', tag = '', author = '', comment = '', pause = true, changes = [] } = query
  const body = await call.readOptionalJson(ContainerConfig)
  if (container === '') throw new NotFound('No such container: ')
  const image = await containers.commit(container, {
    repository: repo,
    tag,
    author,
    comment,
    pause,
    changes,
    defaults: body === undefined ? undefined : commitDefaults(body),
    signal: call.signal,
  })
  call.sendJson(201, { Id: image.id })
}
