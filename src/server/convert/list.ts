import type { ContainerListItem } from '#api'
import type { ContainerRecord, Health } from '#engine'
import { parseRfc3339, toMillis } from '#lib/time'
import { humanDuration } from '#lib/units'
import type { Sandbox } from '#network'
import { inspectEndpoint, inspectMounts, isJoined } from './inspect.ts'
import { stateWord } from './state-word.ts'

export interface ListFacts {
  /** Name or id. */
  readonly image: string
  readonly sandbox: Sandbox | undefined
  readonly networkId: string
  readonly health: Health | undefined
  readonly size: { readonly own: number; readonly root: number } | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** One item of `GET /containers/json`. */
export function listItem(record: ContainerRecord, facts: ListFacts): ContainerListItem {
  const { spec } = record
  return {
    Id: record.id,
    Names: [`/${record.name}`],
    Image: facts.image,
    ImageID: record.imageId,
    Command: commandLine(record),
    Created: Math.trunc(millisOf(record.created) / 1000),
    Ports: facts.sandbox?.kind !== 'bridge' ? [] : spec.exposedPorts.flatMap(listedPort),
    ...sizes(facts.size),
    Labels: spec.labels,
    State: stateWord(record),
    Status: statusText(record, facts),
    HostConfig: { NetworkMode: spec.host.network },
    NetworkSettings: {
      Networks: isJoined(record) ? {} : { [spec.host.network]: inspectEndpoint(facts.sandbox, facts.networkId) },
    },
    Mounts: inspectMounts(record),
  }
}

/** For people: `Up 5 minutes`, `Exited (0) 2 weeks ago`. */
export function statusText({ state }: ContainerRecord, { now, health }: Pick<ListFacts, 'now' | 'health'>): string {
  switch (state.status) {
    case 'created':
      return 'Created'
    case 'running':
      return `Up ${humanDuration(now - millisOf(state.startedAt))}${remark(state.paused === true, health)}`
    case 'restarting':
      return `Restarting (${state.code}) ${humanDuration(now - millisOf(state.finishedAt))} ago`
    case 'exited':
      return `Exited (${state.code}) ${humanDuration(now - millisOf(state.finishedAt))} ago`
  }
}

function remark(isPaused: boolean, health: Health | undefined): string {
  if (isPaused) return ' (Paused)'
  if (health === undefined) return ''
  return health.status === 'starting' ? ' (health: starting)' : ` (${health.status})`
}

/** Arguments with spaces are quoted, as Docker does. */
function commandLine(record: ContainerRecord): string {
  const args = record.args.map(arg => (/\s/.test(arg) || arg === '' ? `'${arg}'` : arg))
  return [record.path, ...args].join(' ')
}

function listedPort(port: string): { PrivatePort: number; Type: string }[] {
  const [range = '', type = 'tcp'] = port.split('/')
  const [first = 0, last = first] = range.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, at) => ({ PrivatePort: first + at, Type: type }))
}

function sizes(size: ListFacts['size']): Pick<ContainerListItem, 'SizeRw' | 'SizeRootFs'> {
  if (size === undefined) return {}
  return { ...(size.own === 0 ? {} : { SizeRw: size.own }), SizeRootFs: size.root + size.own }
}

function millisOf(time: string): number {
  return toMillis(parseRfc3339(time) ?? 0n)
}
