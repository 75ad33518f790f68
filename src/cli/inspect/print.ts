import { InvalidArgument } from '#lib/errors'
import { type Inspected, parseJsonExact, renderInspect, type Type, view } from '#template'
import { BAD_TEMPLATE, Failure } from '../failure.ts'
import type { Context } from '../program/context.ts'
import { describe } from '../program/describe.ts'
import type { ObjectKind } from './raw.ts'

/** An object that was found. */
export interface Found {
  readonly kind: ObjectKind
  readonly raw: string
}

/**
 * Prints what `find` finds of each name: all of it that can be printed, then fails with what could not be found.
 * @throws Failure
 */
export async function printInspected(
  context: Context,
  format: string,
  names: readonly string[],
  find: (name: string) => Promise<Found>,
): Promise<void> {
  render(format, []) // A format that is no template fails before anything is asked.
  const found: Inspected[] = []
  const errors: string[] = []
  for (const name of names) {
    try {
      const object = await find(name)
      found.push({ raw: object.raw, typed: await typedBy(object, format) })
    } catch (error) {
      if (context.interrupts.signal.aborted) throw error
      errors.push(describe(error))
    }
  }
  const { output, errors: failed } = render(format, found)
  context.streams.out.write(output)
  const all = [...errors, ...failed.map(describe)]
  if (all.length > 0) throw new Failure(all.join('\n'))
}

function render(format: string, objects: readonly Inspected[]) {
  try {
    return renderInspect(format, objects)
  } catch (error) {
    throw error instanceof InvalidArgument ? new Failure(error.text, BAD_TEMPLATE, error) : error
  }
}

/** Only templates look at types; they are not loaded for anything else. */
async function typedBy({ kind, raw }: Found, format: string): Promise<() => ReturnType<typeof view>> {
  const type = format === '' || format === 'json' ? undefined : await typeOf(kind)
  return () => view(type ?? NO_TYPE, parseJsonExact(raw))
}

const NO_TYPE: Type = { kind: 'interface', name: 'interface {}' }

async function typeOf(kind: ObjectKind): Promise<Type> {
  switch (kind) {
    case 'container':
      return (await import('./container-type.ts')).CONTAINER
    case 'image':
      return (await import('./image-type.ts')).IMAGE
    case 'network':
      return (await import('./network-types.ts')).NETWORK
    case 'volume':
      return (await import('./volume-type.ts')).VOLUME
  }
}
