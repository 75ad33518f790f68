import { NetworkListQuery } from '#api'
import { InvalidArgument } from '#lib/errors'
import type { Network } from '#network'
import type { Backends } from '../backends.ts'
import { inspectNetworkObject } from '../convert/network.ts'
import type { Route } from '../http/route.ts'

export function networkRoutes({ networks, containers }: Backends): Route[] {
  const members = (network: Network) =>
    networks
      .sandboxes()
      .filter(sandbox => sandbox.networkId === network.id)
      .map(sandbox => ({ sandbox, record: containers.find(sandbox.containerId) }))
  return [
    {
      method: 'GET',
      path: '/networks',
      handle: call => {
        const { filters } = call.readQuery(NetworkListQuery)
        const found = networks.list().filter(network => matches(network, filters ?? new Map()))
        call.sendJson(
          200,
          found.map(network => inspectNetworkObject(network, [])),
        )
      },
    },
    {
      method: 'GET',
      path: '/networks/:id',
      handle: call => {
        const network = networks.find(call.param('id'))
        call.sendJson(200, inspectNetworkObject(network, members(network)))
      },
    },
  ]
}

const CONDITIONS: Readonly<Record<string, (network: Network, value: string) => boolean>> = {
  id: (network, value) => network.id.startsWith(value),
  name: (network, value) => network.name.includes(value),
  driver: (network, value) => network.driver === value,
  type: (_, value) => value === 'builtin',
  scope: (_, value) => value === 'local',
  label: () => false,
  dangling: (_, value) => !/^(1|t|true)$/i.test(value),
}

function matches(network: Network, filters: ReadonlyMap<string, readonly string[]>): boolean {
  return [...filters].every(([name, values]) => {
    const condition = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined
    if (condition === undefined) throw new InvalidArgument(`invalid filter '${name}'`)
    return values.some(value => condition(network, value))
  })
}
