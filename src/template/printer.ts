import { compareText, fromBytes } from './bytes.ts'
import { GoError } from './failure.ts'
import type { Flags } from './fields.ts'
import { complexField, floatField, integerField, NO_FLAGS, pad, stringField } from './fields.ts'
import { DATA_DEPTH_MAX, LETTER_COST, VALUE_COST } from './limits.ts'
import type { Type } from './types.ts'
import type { Data, MapValue, PointerValue, SliceValue, StructValue, Value } from './values.ts'
import { bytesOf, placed, string, toValue } from './values.ts'

/** Where Go prints an address we print this one: ours have none. */
const ADDRESS = 0xc000000000n

/** Told of each piece of text before it is kept. */
export type Meter = (units: number) => void

/** Prints values as Go's fmt does, into `text`. */
export class Printer {
  text = ''
  readonly #meter: Meter
  #flags: Flags = NO_FLAGS
  /** Inside a `%!d(...)` the String methods are off. */
  #complains = false

  constructor(meter: Meter) {
    this.#meter = meter
  }

  write(text: string): void {
    this.#meter(text.length)
    this.text += text
  }

  /** An argument of a format or of print; untyped nil is `<nil>`. */
  argument(value: Value, verb: string, flags: Flags): void {
    this.#flags = flags
    this.#meter((flags.width ?? 0) + (flags.precision ?? 0))
    const concrete = value.kind === 'interface' ? value.elem : value.kind === 'invalid' ? undefined : value
    if (concrete === undefined) {
      if (verb === 'T' || verb === 'v') this.write(pad('<nil>', flags))
      else this.write(`%!${verb}(<nil>)`)
    } else if (verb === 'T') {
      this.write(stringField(typeName(concrete), 's', flags) ?? '')
    } else if (verb === 'p') {
      this.#printAddress(concrete, verb)
    } else if (verb === 'w') {
      this.#badVerb(concrete, verb)
    } else {
      this.#print(concrete, verb, 0)
    }
  }

  #print(value: Value, verb: string, depth: number): void {
    this.#meter(VALUE_COST)
    if (depth > DATA_DEPTH_MAX) throw new GoError(`data nested more than ${DATA_DEPTH_MAX} levels`)
    switch (value.kind) {
      case 'slice':
        this.#printSlice(value, verb, depth)
        break
      case 'map':
        this.#printMap(value, verb, depth)
        break
      case 'struct':
        this.#printStruct(value, verb, depth)
        break
      case 'pointer':
        this.#printPointer(value, verb, depth)
        break
      case 'func':
        this.#printAddress(value, verb)
        break
      case 'interface':
        this.#printInterface(value.elem, verb, depth)
        break
      case 'invalid':
        if (verb === 'v') this.write('<nil>')
        else this.#badVerb(value, verb)
        break
      default:
        this.#printScalar(value, verb)
    }
  }

  #printScalar(value: Scalar, verb: string): void {
    if (value.kind === 'string') this.#meter(value.value.length * (verb === 'v' || verb === 's' ? 1 : LETTER_COST))
    const text = scalarField(value, verb, this.#flags, this.#complains)
    if (text === undefined) this.#badVerb(value, verb)
    else this.write(text)
  }

  #printInterface(elem: Value | undefined, verb: string, depth: number): void {
    if (elem !== undefined) this.#print(elem, verb, depth)
    else this.write(this.#flags.sharpV ? 'interface {}(nil)' : '<nil>')
  }

  #printSlice(value: SliceValue, verb: string, depth: number): void {
    const { type, items } = value
    if (type.elem.name === 'uint8' && /^[sqxX]$/.test(verb)) {
      this.write(stringField(fromBytes(bytesOf(items ?? [])), verb, this.#flags) ?? '')
      return
    }
    const parts = (items ?? []).map(item => () => this.#print(placed(item, type.elem), verb, depth + 1))
    this.#printParts(type, items === undefined, ['[', ']'], parts)
  }

  #printMap({ type, entries }: MapValue, verb: string, depth: number): void {
    const parts = sortedEntries(entries).map(([key, item]) => () => {
      this.#print(string(key, type.key), verb, depth + 1)
      this.write(':')
      this.#print(placed(item, type.elem), verb, depth + 1)
    })
    this.#printParts(type, entries === undefined, ['map[', ']'], parts)
  }

  #printStruct(value: StructValue, verb: string, depth: number): void {
    const names = this.#flags.plusV || this.#flags.sharpV
    const parts = [...value.fields].map(([name, data]) => () => {
      if (names) this.write(`${name}:`)
      const field = toValue(data)
      this.#print(field.kind === 'interface' && field.elem !== undefined ? field.elem : field, verb, depth + 1)
    })
    this.#printParts(value.type, false, ['{', '}'], parts)
  }

  #printParts(type: Type, isNil: boolean, brackets: readonly [string, string], parts: readonly (() => void)[]): void {
    const { sharpV } = this.#flags
    if (sharpV && isNil) {
      this.write(`${type.name}(nil)`)
      return
    }
    this.write(sharpV ? `${type.name}{` : brackets[0])
    for (const [index, part] of parts.entries()) {
      if (index > 0) this.write(sharpV ? ', ' : ' ')
      part()
    }
    this.write(sharpV ? '}' : brackets[1])
  }

  /** A pointer to a struct, map or list is shown with what it points to, but only on the outside. */
  #printPointer(value: PointerValue, verb: string, depth: number): void {
    const target = value.to
    const isShown = depth === 0 && (target?.kind === 'struct' || target?.kind === 'map' || target?.kind === 'slice')
    if (!isShown) {
      this.#printAddress(value, verb)
      return
    }
    this.write('&')
    this.#print(target, verb, depth + 1)
  }

  #printAddress(value: Value, verb: string): void {
    const isNil = value.kind === 'pointer' && value.to === undefined
    const hasAddress = ['pointer', 'func', 'map', 'slice'].includes(value.kind)
    const address = isNil ? 0n : ADDRESS
    const hex = integerField(address, 'x', { ...this.#flags, sharp: !this.#flags.sharp }, false) ?? ''
    if (!hasAddress || !/^[vpbodxX]$/.test(verb)) this.#badVerb(value, verb)
    else if (verb === 'p') this.write(hex)
    else if (verb !== 'v') this.write(integerField(address, verb, this.#flags, false) ?? '')
    else if (this.#flags.sharpV) this.write(`(${typeName(value)})(${isNil ? 'nil' : hex})`)
    else this.write(isNil ? pad('<nil>', this.#flags) : hex)
  }

  #badVerb(value: Value, verb: string): void {
    this.#complains = true
    this.write(`%!${verb}(`)
    if (value.kind === 'invalid') this.write('<nil>')
    else {
      this.write(`${typeName(value)}=`)
      this.#print(value, 'v', 0)
    }
    this.write(')')
    this.#complains = false
  }
}

/** Go's name of the value's type. */
export function typeName(value: Value): string {
  return value.kind === 'invalid' ? '<nil>' : value.type.name
}

/** The entries of a map in the order in which Go prints and ranges over them. */
export function sortedEntries(entries: ReadonlyMap<string, Data> | undefined): [string, Data][] {
  return [...(entries ?? [])].sort(([a], [b]) => compareText(a, b))
}

/** What `print` makes of values: spaces between those of which neither is a string. */
export function sprint(values: readonly Value[], meter: Meter): string {
  const printer = new Printer(meter)
  let afterText = true
  for (const value of values) {
    const isText = (value.kind === 'interface' ? value.elem?.kind : value.kind) === 'string'
    if (!isText && !afterText) printer.write(' ')
    printer.argument(value, 'v', NO_FLAGS)
    afterText = isText
  }
  return printer.text
}

/** What `println` makes of values: spaces between all, a newline at the end. */
export function sprintln(values: readonly Value[], meter: Meter): string {
  const printer = new Printer(meter)
  for (const [index, value] of values.entries()) {
    if (index > 0) printer.write(' ')
    printer.argument(value, 'v', NO_FLAGS)
  }
  printer.write('\n')
  return printer.text
}

type Scalar = Extract<Value, { kind: 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string' }>

function scalarField(value: Scalar, verb: string, flags: Flags, plain: boolean): string | undefined {
  switch (value.kind) {
    case 'bool':
      return verb === 't' || verb === 'v' ? pad(String(value.value), flags) : undefined
    case 'int':
    case 'uint':
      if (value.type.text !== undefined && !plain && !flags.sharpV && /^[vsxXq]$/.test(verb)) {
        return stringField(value.type.text(value.value), verb, flags)
      }
      return integerField(value.value, verb, flags, value.kind === 'int')
    case 'float':
      return floatField(value.value, verb, flags)
    case 'complex':
      return complexField(value.real, value.imaginary, verb, flags)
    case 'string':
      return stringField(value.value, verb, flags)
  }
}
