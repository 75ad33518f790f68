import { InvalidArgument } from '#lib/errors'
import { familiarName, parseReference } from '#oci'
import type { EngineEvent } from './events.ts'

/** Conditions by name. Values of one name are alternatives; labels all have to hold. */
export type EventFilters = ReadonlyMap<string, readonly string[]>

type Condition = (event: EngineEvent, values: readonly string[]) => boolean

/** Actions that carry more than a word (`exec_create: sh -c true`): one of them named alone means its beginning. */
const LONG_ACTIONS = ['health_status', 'exec_create', 'exec_start']

const OBJECTS = ['container', 'network', 'volume', 'daemon', 'plugin', 'service', 'node', 'secret', 'config']

const CONDITIONS: Readonly<Record<string, Condition>> = {
  event: matchesAction,
  type: ({ type }, values) => values.includes(type),
  scope: (_, values) => values.includes('local'),
  label: ({ attributes }, values) => values.every(value => labelHolds(attributes, value)),
  image: matchesImage,
  ...Object.fromEntries(OBJECTS.map(type => [type, matchesObject])),
}

/**
 * Whether an event is asked for.
 * @throws InvalidArgument for a filter that there is none of
 */
export function eventTest(filters: EventFilters): (event: EngineEvent) => boolean {
  for (const name of filters.keys()) {
    if (Object.hasOwn(CONDITIONS, name)) continue
    throw new InvalidArgument(`invalid filter '${name}'`, { fix: `use one of ${Object.keys(CONDITIONS).join(', ')}` })
  }
  const given = [...filters].filter(([, values]) => values.length > 0)
  return event => given.every(([name, values]) => CONDITIONS[name]?.(event, values) ?? true)
}

function matchesAction({ action }: EngineEvent, values: readonly string[]): boolean {
  const isBeginning = values.some(value => LONG_ACTIONS.includes(value))
  return values.some(value => action === value || (isBeginning && action.startsWith(value)))
}

/** By id or name, each from its beginning; whatever the type, as with Docker. */
function matchesObject({ id, attributes }: EngineEvent, values: readonly string[]): boolean {
  return values.some(value => id.startsWith(value) || (attributes['name'] ?? '').startsWith(value))
}

/** An image's own events, and those of containers made from it; with or without its tag. */
function matchesImage({ type, id, attributes }: EngineEvent, values: readonly string[]): boolean {
  const name = attributes[type === 'image' ? 'name' : 'image'] ?? ''
  const names = [id, name, withoutTag(id), withoutTag(name)]
  return values.some(value => names.includes(value))
}

function withoutTag(name: string): string {
  try {
    return familiarName(parseReference(name))
  } catch {
    return name
  }
}

function labelHolds(attributes: Readonly<Record<string, string>>, condition: string): boolean {
  const at = condition.indexOf('=')
  const key = at < 0 ? condition : condition.slice(0, at)
  return Object.hasOwn(attributes, key) && (at < 0 || attributes[key] === condition.slice(at + 1))
}
