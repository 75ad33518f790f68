import { GoError } from './failure.ts'
import { DATA_DEPTH_MAX, VALUE_COST } from './limits.ts'
import type { Meter } from './printer.ts'
import { sortedEntries } from './printer.ts'
import { isTrue } from './truth.ts'
import { JSON_NUMBER } from './types.ts'
import type { Data, MapValue, SliceValue, StringValue, StructValue, Value } from './values.ts'
import { bytesOf, placed, toValue } from './values.ts'

const SHORT: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/**
 * JSON as Docker's `json` function prints it: structs in the order of their fields, maps sorted, `<`, `>` and `&` as they
 * are except in the rows of lists, which Docker escapes.
 * @throws GoError where a value has no JSON
 */
export function toJson(data: Data, meter: Meter): string {
  return new JsonWriter(meter).value(toValue(data), 0, false)
}

class JsonWriter {
  readonly #meter: Meter

  constructor(meter: Meter) {
    this.#meter = meter
  }

  value(value: Value, depth: number, html: boolean): string {
    this.#meter(VALUE_COST)
    if (depth > DATA_DEPTH_MAX) throw new GoError(`data nested more than ${DATA_DEPTH_MAX} levels`)
    switch (value.kind) {
      case 'invalid':
        return 'null'
      case 'bool':
        return String(value.value)
      case 'int':
      case 'uint':
        return String(value.value)
      case 'float':
        return floatJson(value.value)
      case 'string':
        return this.#string(value, html)
      case 'slice':
        return this.#slice(value, depth, html)
      case 'map':
        return this.#map(value, depth, html)
      case 'struct':
        return this.#struct(value, depth, html)
      case 'pointer':
        return value.to === undefined ? 'null' : this.value(value.to, depth + 1, html)
      case 'interface':
        return value.elem === undefined ? 'null' : this.value(value.elem, depth, html)
      case 'complex':
      case 'func':
        throw new GoError(`json: unsupported type: ${value.type.name}`)
    }
  }

  #string({ value, type }: StringValue, html: boolean): string {
    this.#meter(value.length)
    if (type.name !== JSON_NUMBER.name) return quoteJson(value, html)
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)) {
      throw new GoError(`json: invalid number literal ${JSON.stringify(value)}`)
    }
    return value
  }

  #slice({ type, items }: SliceValue, depth: number, html: boolean): string {
    if (items === undefined) return 'null'
    if (type.elem.name === 'uint8') return `"${Buffer.from(bytesOf(items)).toString('base64')}"`
    return `[${items.map(item => this.value(placed(item, type.elem), depth + 1, html)).join(',')}]`
  }

  #map({ type, entries }: MapValue, depth: number, html: boolean): string {
    if (entries === undefined) return 'null'
    const parts = sortedEntries(entries).map(([key, item]) => this.#member(key, placed(item, type.elem), depth, html))
    return `{${parts.join(',')}}`
  }

  #struct(value: StructValue, depth: number, html: boolean): string {
    if (value.jsonOfMethods) return this.#row(value, depth)
    const parts: string[] = []
    for (const [name, data] of value.fields) {
      const known = value.type.fields?.get(name)
      const field = toValue(data)
      if (known?.omitEmpty === true && isEmpty(field)) continue
      if (known?.json !== '-') parts.push(this.#member(known?.json ?? name, field, depth, html))
    }
    return `{${parts.join(',')}}`
  }

  /** Docker encodes rows through a map, with Go's escaping for HTML. */
  #row(value: StructValue, depth: number): string {
    const members = [...value.methods].filter(([, method]) => method.type.params.length === 0)
    const values = new Map(members.map(([name, method]): [string, Data] => [name, method.call([])]))
    const parts = sortedEntries(values).map(([name, data]) => this.#member(name, toValue(data), depth, true))
    return `{${parts.join(',')}}`
  }

  #member(name: string, value: Value, depth: number, html: boolean): string {
    this.#meter(name.length)
    return `${quoteJson(name, html)}:${this.value(value, depth + 1, html)}`
  }
}

/** `omitempty`: false, zero, nil and what has no elements; a struct is never empty. */
function isEmpty(value: Value): boolean {
  return value.kind === 'interface' ? value.elem === undefined : !isTrue(value)
}

const UNSAFE = /["\\\x00-\x1f\u2028\u2029]|\p{Surrogate}/gu
const UNSAFE_IN_HTML = /["\\\x00-\x1f\u2028\u2029<>&]|\p{Surrogate}/gu

function quoteJson(text: string, html: boolean): string {
  return `"${text.replace(html ? UNSAFE_IN_HTML : UNSAFE, escaped)}"`
}

/** A half of a character stands for a byte that is no text. */
function escaped(found: string): string {
  const code = found.isWellFormed() ? found.charCodeAt(0) : 0xfffd
  return SHORT.get(found) ?? `\\u${code.toString(16).padStart(4, '0')}`
}

function floatJson(value: number): string {
  if (!Number.isFinite(value)) {
    throw new GoError(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`)
  }
  return Object.is(value, -0) ? '-0' : String(value)
}
