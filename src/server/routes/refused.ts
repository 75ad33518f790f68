/** What Docker's API has and this version does not do: refused by name instead of "page not found". */
import { NotFound, NotImplemented, Unavailable } from '#lib/errors'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'

const OPERATIONS: readonly [Route['method'], string, string][] = [
  ['POST', '/build', 'building images'],
  ['POST', '/session', 'BuildKit sessions'],
  ['POST', '/grpc', 'BuildKit'],
  ['GET', '/containers/:id/attach/ws', 'attaching by WebSocket'],
  ['POST', '/networks/create', 'making networks'],
  ['POST', '/networks/:id/connect', 'connecting a container to a network'],
  ['POST', '/networks/:id/disconnect', 'disconnecting a container from a network'],
  ['DELETE', '/networks/:id', 'removing networks'],
  ['POST', '/volumes/create', 'volumes'],
  ['POST', '/volumes/prune', 'volumes'],
  ['DELETE', '/volumes/:name', 'volumes'],
  ['PUT', '/volumes/:name', 'volumes'],
  ['POST', '/swarm/*', 'clusters'],
  ['POST', '/plugins/*', 'plugins'],
]

/** Of a cluster, which this engine is never part of yet: what a Docker outside of one answers. */
const CLUSTER_PATHS = ['/swarm', '/nodes', '/services', '/tasks', '/secrets', '/configs']

/** What there is none of: lists are empty, and names are not found, which is how clients look for an object's type. */
function emptyRoutes(): Route[] {
  const notFound = (message: (name: string) => string) => (call: ApiCall) => {
    throw new NotFound(message(call.param('name')))
  }
  return [
    { method: 'GET', path: '/volumes', handle: call => call.sendJson(200, { Volumes: [], Warnings: null }) },
    { method: 'GET', path: '/volumes/:name', handle: notFound(name => `get ${name}: no such volume`) },
    { method: 'POST', path: '/networks/prune', handle: call => call.sendJson(200, { NetworksDeleted: null }) },
    {
      method: 'POST',
      path: '/build/prune',
      handle: call => call.sendJson(200, { CachesDeleted: null, SpaceReclaimed: 0 }),
    },
    { method: 'GET', path: '/plugins', handle: call => call.sendJson(200, []) },
    { method: 'GET', path: '/plugins/:name/json', handle: notFound(name => `plugin "${name}" not found`) },
  ]
}

function clusterRoutes(): Route[] {
  const handle = () => {
    throw new Unavailable(
      'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    )
  }
  return CLUSTER_PATHS.flatMap(path => [
    { method: 'GET', path, handle },
    { method: 'GET', path: `${path}/*`, handle },
  ])
}

export function refusedRoutes(): Route[] {
  return [...emptyRoutes(), ...clusterRoutes(), ...refusals()]
}

function refusals(): Route[] {
  return OPERATIONS.map(([method, path, what]) => ({
    method,
    path,
    handle: () => {
      throw new NotImplemented(`Gantry does not do this yet: ${what} (${method} ${path})`)
    },
  }))
}
