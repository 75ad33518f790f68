/** What Docker's API has and this version does not do: refused by name instead of "page not found". */
import { NotImplemented } from '#lib/errors'
import type { Route } from '../http/route.ts'

const OPERATIONS: readonly [Route['method'], string, string][] = [
  ['POST', '/auth', 'checking credentials of a registry'],
  ['GET', '/events', 'the stream of events'],
  ['GET', '/system/df', 'disk usage'],
  ['GET', '/distribution/*', 'asking a registry about an image'],
  ['POST', '/build', 'building images'],
  ['POST', '/build/prune', 'pruning the build cache'],
  ['POST', '/session', 'BuildKit sessions'],
  ['POST', '/grpc', 'BuildKit'],
  ['POST', '/commit', 'making an image of a container'],
  ['POST', '/containers/prune', 'pruning containers'],
  ['POST', '/containers/:id/exec', 'running a command in a container (exec)'],
  ['POST', '/containers/:id/restart', 'restarting a container'],
  ['POST', '/containers/:id/pause', 'pausing a container'],
  ['POST', '/containers/:id/unpause', 'unpausing a container'],
  ['POST', '/containers/:id/rename', 'renaming a container'],
  ['POST', '/containers/:id/update', 'updating a container'],
  ['GET', '/containers/:id/top', "listing a container's processes"],
  ['GET', '/containers/:id/stats', "a container's statistics"],
  ['GET', '/containers/:id/changes', "a container's changes"],
  ['GET', '/containers/:id/export', 'exporting a container'],
  ['GET', '/containers/:id/archive', 'copying from a container'],
  ['HEAD', '/containers/:id/archive', 'copying from a container'],
  ['PUT', '/containers/:id/archive', 'copying into a container'],
  ['GET', '/containers/:id/attach/ws', 'attaching by WebSocket'],
  ['POST', '/exec/*', 'running a command in a container (exec)'],
  ['GET', '/exec/*', 'running a command in a container (exec)'],
  ['GET', '/images/search', 'searching for images'],
  ['GET', '/images/get', 'saving images'],
  ['POST', '/images/prune', 'pruning images'],
  ['POST', '/networks/create', 'making networks'],
  ['POST', '/networks/prune', 'pruning networks'],
  ['POST', '/networks/:id/connect', 'connecting a container to a network'],
  ['POST', '/networks/:id/disconnect', 'disconnecting a container from a network'],
  ['DELETE', '/networks/:id', 'removing networks'],
  ['POST', '/volumes/create', 'volumes'],
  ['POST', '/volumes/prune', 'volumes'],
  ['GET', '/volumes/:name', 'volumes'],
  ['DELETE', '/volumes/:name', 'volumes'],
  ['PUT', '/volumes/:name', 'volumes'],
  ['POST', '/swarm/*', 'clusters'],
  ['GET', '/swarm', 'clusters'],
  ['GET', '/swarm/*', 'clusters'],
  ['GET', '/nodes', 'clusters'],
  ['GET', '/services', 'clusters'],
  ['POST', '/services/*', 'clusters'],
  ['GET', '/tasks', 'clusters'],
  ['GET', '/secrets', 'secrets'],
  ['POST', '/secrets/*', 'secrets'],
  ['GET', '/configs', 'configs'],
  ['POST', '/configs/*', 'configs'],
  ['GET', '/plugins', 'plugins'],
  ['POST', '/plugins/*', 'plugins'],
]

export function refusedRoutes(): Route[] {
  return OPERATIONS.map(([method, path, what]) => ({
    method,
    path,
    handle: () => {
      throw new NotImplemented(`Gantry does not do this yet: ${what} (${method} ${path})`)
    },
  }))
}
