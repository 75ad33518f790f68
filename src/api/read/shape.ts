import type { DockerFormat, Schema } from '../schema.ts'

/** A schema as the readers see it: TypeBox's hidden kind made a plain union. */
export type Shape =
  | { readonly kind: 'string' | 'boolean' }
  | { readonly kind: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'enum'; readonly words: readonly string[] }
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'fixed-list'; readonly items: Shape; readonly length: number }
  | { readonly kind: 'map'; readonly values: Shape }
  | {
      readonly kind: 'object'
      readonly fields: ReadonlyMap<string, Shape>
      readonly folded: ReadonlyMap<string, string>
    }
  | { readonly kind: Exclude<DockerFormat, 'fixed-list'> }

const shapes = new WeakMap<Schema, Shape>()

/** The shape of `schema`, made once. */
export function shapeOf(schema: Schema): Shape {
  const known = shapes.get(schema)
  if (known !== undefined) return known
  const shape = makeShape(schema as Parts)
  shapes.set(schema, shape)
  return shape
}

/** What `schema.ts` builds; nothing else is ever read. */
interface Parts {
  readonly '~kind'?: 'String' | 'Boolean' | 'Integer' | 'Enum' | 'Array' | 'Record' | 'Object'
  readonly 'x-docker-format'?: DockerFormat
  readonly minimum: number
  readonly maximum: number
  readonly enum: readonly string[]
  readonly items: Schema
  readonly maxItems: number
  readonly patternProperties: { readonly '^.*$': Schema }
  readonly properties: Readonly<Record<string, Schema>>
}

function makeShape(schema: Parts): Shape {
  const format = schema['x-docker-format']
  if (format === 'fixed-list') return { kind: format, items: shapeOf(schema.items), length: schema.maxItems }
  if (format !== undefined) return { kind: format }
  switch (schema['~kind']) {
    case 'String':
      return { kind: 'string' }
    case 'Boolean':
      return { kind: 'boolean' }
    case 'Integer':
      return { kind: 'integer', minimum: schema.minimum, maximum: schema.maximum }
    case 'Enum':
      return { kind: 'enum', words: schema.enum }
    case 'Array':
      return { kind: 'array', items: shapeOf(schema.items) }
    case 'Record':
      return { kind: 'map', values: shapeOf(schema.patternProperties['^.*$']) }
    case 'Object':
      return objectShape(schema.properties)
    default:
      throw new Error('a schema that schema.ts did not build')
  }
}

function objectShape(properties: Readonly<Record<string, Schema>>): Shape {
  const names = Object.keys(properties)
  return {
    kind: 'object',
    fields: new Map(Object.entries(properties).map(([name, field]) => [name, shapeOf(field)])),
    folded: new Map(names.map(name => [name.toLowerCase(), name])),
  }
}
