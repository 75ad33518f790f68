import { ContainerArchiveQuery, ContainerExtractQuery } from '#api'
import { InvalidArgument } from '#lib/errors'
import type { Backends } from '../backends.ts'
import { pathStatHeader } from '../convert/path-stat.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { withBytes } from '../stream/bytes.ts'

const PATH = '/containers/:id/archive'

/** Files into and out of containers: `docker cp`. */
export function archiveRoutes({ containers }: Backends): Route[] {
  return [
    {
      method: 'HEAD',
      path: PATH,
      handle: async call => {
        const { path } = call.readQuery(ContainerArchiveQuery)
        call.sendEmpty(200, pathStatHeader(await containers.stat(call.param('id'), given(path))))
      },
    },
    {
      method: 'GET',
      path: PATH,
      handle: call => {
        const path = given(call.readQuery(ContainerArchiveQuery).path)
        return withBytes(call, 'application/x-tar', open =>
          containers.read(call.param('id'), path, {
            open: facts => open(pathStatHeader(facts)),
            signal: call.signal,
          }),
        )
      },
    },
    { method: 'PUT', path: PATH, handle: call => extract({ containers }, call) },
  ]
}

async function extract({ containers }: Pick<Backends, 'containers'>, call: ApiCall): Promise<void> {
  const { path, noOverwriteDirNonDir = false, copyUIDGID = false } = call.readQuery(ContainerExtractQuery)
  await containers.write(call.param('id'), given(path), call.body, {
    noOverwriteDirNonDir,
    copyUidGid: copyUIDGID,
    signal: call.signal,
  })
  call.sendEmpty(200)
}

/** @throws InvalidArgument in Docker's words */
function given(path: string | undefined): string {
  if (path === undefined || path === '') throw new InvalidArgument('bad parameter: pathcannot be empty')
  return path
}
