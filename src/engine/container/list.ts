import type { Image } from '#image'
import { InvalidArgument } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { nameTest } from './name-pattern.ts'
import { holdsPort, type PortRange, parsePortFilter } from './port-filter.ts'
import type { ContainerRecord } from './record.ts'
import { isAlive, isPaused } from './state.ts'

/** Conditions by name; values of one name are alternatives, labels all have to hold. */
export type ListFilters = ReadonlyMap<string, readonly string[]>

export interface ListOptions {
  /** Also those that do not run. */
  readonly all: boolean
  /** The newest so many, running or not; 0 is all. */
  readonly limit: number
  readonly filters: ListFilters
}

type Condition = (record: ContainerRecord, values: readonly string[], context: Context) => boolean

interface Context {
  readonly deps: EngineDeps
  /** Tests of names, by the pattern. */
  readonly names: ReadonlyMap<string, (name: string) => boolean>
  readonly ports: PortFilters
}

interface PortFilters {
  readonly exposed: readonly PortRange[]
  readonly published: readonly PortRange[]
}

/** Newest first. @throws InvalidArgument (a filter that there is none of, or its value), NotFound (before, since) */
export function listContainers(deps: EngineDeps, options: ListOptions): ContainerRecord[] {
  const records = deps.containers.list().sort((a, b) => (a.created < b.created ? 1 : -1))
  checkFilters(options.filters, deps)
  const context = {
    deps,
    names: new Map(options.filters.get('name')?.map(text => [text, nameTest(text)])),
    ports: portFilters(options.filters),
  }
  const showsAll = options.all || options.limit > 0 || options.filters.has('status') || options.filters.has('exited')
  const found = records.filter(
    record =>
      (showsAll || isAlive(record)) &&
      [...options.filters].every(([name, values]) => CONDITIONS[name]?.(record, values, context) ?? true),
  )
  return options.limit > 0 ? found.slice(0, options.limit) : found
}

const STATUSES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']
const HEALTHS = ['starting', 'healthy', 'unhealthy', 'none']

const CONDITIONS: Readonly<Record<string, Condition>> = {
  id: (record, values) => values.some(value => record.id.startsWith(value)),
  name: (record, values, { names }) => values.some(value => names.get(value)?.(record.name)),
  label: (record, values) => values.every(value => labelHolds(record.spec.labels, value)),
  'label!': (record, values) => values.every(value => !labelHolds(record.spec.labels, value)),
  status: (record, values) => values.includes(isPaused(record) ? 'paused' : record.state.status),
  exited: ({ state }, values) => state.status === 'exited' && values.some(value => Number(value) === state.code),
  ancestor: (record, values, { deps }) => values.some(value => descendsFrom(deps, record, value)),
  before: (record, values, { deps }) => values.every(value => record.created < deps.containers.find(value).created),
  since: (record, values, { deps }) => values.every(value => record.created > deps.containers.find(value).created),
  network: (record, values, { deps }) => values.some(value => isOn(deps, record, value)),
  volume: (record, values) =>
    record.spec.host.binds.some(bind => values.includes(bind.destination) || values.includes(bind.source)),
  // A container passes by either: Docker's two filters on ports are alternatives.
  expose: (record, _, { deps, ports }) => passesPorts(deps, record, ports),
  publish: (record, _, { deps, ports }) => passesPorts(deps, record, ports),
  health: (record, values, { deps }) => values.includes(deps.health.of(record)?.status ?? 'none'),
  'is-task': (_, values) => values.every(value => !isTrue(value)),
  isolation: () => true,
}

function checkFilters(filters: ListFilters, deps: EngineDeps): void {
  for (const [name, values] of filters) {
    if (name === 'is-task' && !values.every(value => /^(1|t|true|0|f|false)$/i.test(value))) {
      throw new InvalidArgument(`invalid filter 'is-task=[${values.join(' ')}]'`)
    }
    if (!Object.hasOwn(CONDITIONS, name)) throw new InvalidArgument(`invalid filter '${name}'`)
    for (const value of values) {
      if (name === 'status' && !STATUSES.includes(value)) throw invalidValue(name, value)
      if (name === 'health' && !HEALTHS.includes(value)) throw invalidValue(name, value)
      if (name === 'exited' && !/^-?\d+$/.test(value)) throw invalidValue(name, value)
      if (name === 'before' || name === 'since') deps.containers.find(value)
    }
  }
}

function invalidValue(name: string, value: string): InvalidArgument {
  return new InvalidArgument(`invalid filter '${name}=${value}'`)
}

function labelHolds(labels: Readonly<Record<string, string>>, condition: string): boolean {
  const at = condition.indexOf('=')
  const key = at < 0 ? condition : condition.slice(0, at)
  if (!Object.hasOwn(labels, key)) return false
  return at < 0 || labels[key] === condition.slice(at + 1)
}

/** Its image, named in any way, or an image whose layers that one begins with. */
function descendsFrom(deps: EngineDeps, record: ContainerRecord, ancestor: string): boolean {
  if (record.spec.image === ancestor) return true
  const wanted = tryResolve(deps, ancestor)
  if (wanted === undefined) return false
  if (wanted.id === record.imageId) return true
  const own = tryResolve(deps, record.imageId)?.config.diffIds ?? []
  const base = wanted.config.diffIds
  return base.length > 0 && base.every((diffId, at) => own[at] === diffId)
}

function tryResolve(deps: EngineDeps, name: string): Image | undefined {
  try {
    return deps.images.resolve(name)
  } catch {
    return undefined
  }
}

function isOn(deps: EngineDeps, record: ContainerRecord, network: string): boolean {
  const own = deps.networks.list().find(({ name }) => name === record.spec.host.network)
  return own !== undefined && (own.name === network || own.id.startsWith(network))
}

function portFilters(filters: ListFilters): PortFilters {
  const ranges = (name: 'expose' | 'publish') => (filters.get(name) ?? []).map(value => parsePortFilter(name, value))
  return { exposed: ranges('expose'), published: ranges('publish') }
}

/**
 * A container has ports for as long as it runs in a network namespace of its own. None is published by this version:
 * each has the public port 0, which can be asked for.
 */
function passesPorts(deps: EngineDeps, record: ContainerRecord, { exposed, published }: PortFilters): boolean {
  const hasPorts = record.state.status === 'running' && deps.networks.sandbox(record.id)?.kind === 'bridge'
  const ports = hasPorts ? record.spec.exposedPorts : []
  const isUnpublished = ports.some(port => published.some(wanted => wanted.first === 0 && hasProtocol(port, wanted)))
  return isUnpublished || exposed.some(wanted => holdsPort(ports, wanted))
}

function hasProtocol(port: string, { protocol }: PortRange): boolean {
  return parsePortFilter('expose', port).protocol === protocol
}

function isTrue(value: string): boolean {
  return /^(1|t|true)$/i.test(value)
}
