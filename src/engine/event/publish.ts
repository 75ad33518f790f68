import type { ContainerRecord } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'

/** Tells of a container; labels, image and name go with every event, `more` beside them. */
export function publishContainer(
  { events }: Pick<EngineDeps, 'events'>,
  record: ContainerRecord,
  action: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const { id, name, spec } = record
  const attributes = { ...spec.labels, image: spec.image, name, ...more }
  events.publish({ type: 'container', action, id, attributes })
}

/** Tells that a container has joined or left a network. */
export function publishNetwork(
  { events, networks }: Pick<EngineDeps, 'events' | 'networks'>,
  action: 'connect' | 'disconnect',
  { containerId, networkId, networkName }: { containerId: string; networkId: string; networkName: string },
): void {
  const type = networks.list().find(({ id }) => id === networkId)?.driver ?? 'bridge'
  events.publish({
    type: 'network',
    action,
    id: networkId,
    attributes: { container: containerId, name: networkName, type },
  })
}
