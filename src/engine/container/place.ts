import { Conflict } from '#lib/errors'
import type { Sandbox } from '#network'
import type { EngineDeps } from '../deps.ts'
import { publishNetwork } from '../event/publish.ts'
import { containerOf, joined } from '../process/modes.ts'
import type { ContainerRecord } from './record.ts'

/** Where a container is in the network. */
export interface Place {
  readonly sandbox: Sandbox
  /** Whose names and files it has: its own, or those of the container that it joins. */
  readonly identity: ContainerRecord
}

/** Takes a container's place in its network, or finds that of the container that it joins. @throws NotFound, Conflict */
export async function takePlace(deps: EngineDeps, record: ContainerRecord): Promise<Place> {
  const { network } = record.spec.host
  if (containerOf(network) !== undefined) return joinedPlace(deps, record)
  const sandbox = await deps.networks.join(record.id, { network })
  publishNetwork(deps, 'connect', sandbox)
  return { sandbox, identity: record }
}

/** That container may itself have joined another; who runs has joined one that ran, so that this ends. */
function joinedPlace(deps: EngineDeps, record: ContainerRecord): Place {
  const name = containerOf(record.spec.host.network)
  if (name === undefined) {
    const sandbox = deps.networks.sandbox(record.id)
    if (sandbox === undefined) throw new Conflict(`container ${record.id} has no network that could be joined`)
    return { sandbox, identity: record }
  }
  return joinedPlace(deps, joined(deps, record.id, name, 'network').record)
}
