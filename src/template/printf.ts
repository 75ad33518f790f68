import type { Flags } from './fields.ts'
import { NO_FLAGS } from './fields.ts'
import type { Meter } from './printer.ts'
import { Printer, typeName } from './printer.ts'
import type { Value } from './values.ts'

/** Larger widths and precisions count as absent. */
const NUMBER_MAX = 1_000_000

/** What `printf` makes of a format and values, with Go's complaints in the text where they do not fit. */
export function sprintf(format: string, values: readonly Value[], meter: Meter): string {
  const formatter = new Formatter(format, values, meter)
  return formatter.run()
}

interface Mutable {
  minus: boolean
  plus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
}

class Formatter {
  readonly #format: string
  readonly #values: readonly Value[]
  readonly #printer: Printer
  #at = 0
  #argument = 0
  /** An explicit index such as `[3]` came right before. */
  #afterIndex = false
  #reordered = false
  #goodIndex = true

  constructor(format: string, values: readonly Value[], meter: Meter) {
    this.#format = format
    this.#values = values
    this.#printer = new Printer(meter)
  }

  run(): string {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at)
      const end = percent < 0 ? this.#format.length : percent
      if (end > this.#at) this.#printer.write(this.#format.slice(this.#at, end))
      if (percent < 0) break
      this.#at = percent + 1
      this.#verb()
    }
    if (!this.#reordered && this.#argument < this.#values.length) this.#complainOfRest()
    return this.#printer.text
  }

  #verb(): void {
    this.#goodIndex = true
    this.#afterIndex = false
    const flags = this.#flags()
    this.#index()
    this.#width(flags)
    this.#precision(flags)
    if (!this.#afterIndex) this.#index()
    if (this.#at >= this.#format.length) this.#printer.write('%!(NOVERB)')
    else this.#print(flags)
  }

  #print(flags: Mutable): void {
    const verb = String.fromCodePoint(this.#format.codePointAt(this.#at) ?? 0)
    this.#at += verb.length
    const value = this.#values[this.#argument]
    if (verb === '%') this.#printer.write('%')
    else if (!this.#goodIndex) this.#printer.write(`%!${verb}(BADINDEX)`)
    else if (value === undefined) this.#printer.write(`%!${verb}(MISSING)`)
    else {
      this.#printer.argument(value, verb, finished(flags, verb))
      this.#argument++
    }
  }

  #flags(): Mutable {
    const flags: Mutable = { ...NO_FLAGS }
    for (; this.#at < this.#format.length; this.#at++) {
      const character = this.#format[this.#at]
      if (character === '#') flags.sharp = true
      else if (character === '0') flags.zero = true
      else if (character === '+') flags.plus = true
      else if (character === '-') flags.minus = true
      else if (character === ' ') flags.space = true
      else break
    }
    return flags
  }

  #width(flags: Mutable): void {
    if (this.#format[this.#at] === '*') {
      this.#at++
      const width = this.#integerArgument()
      if (width === undefined) this.#printer.write('%!(BADWIDTH)')
      else if (width < 0) {
        flags.minus = true
        flags.zero = false
      }
      flags.width = width === undefined ? undefined : Math.abs(width)
      this.#afterIndex = false
      return
    }
    flags.width = this.#number()
    if (this.#afterIndex && flags.width !== undefined) this.#goodIndex = false
  }

  #precision(flags: Mutable): void {
    if (this.#format[this.#at] !== '.' || this.#at + 1 >= this.#format.length) return
    this.#at++
    if (this.#afterIndex) this.#goodIndex = false
    this.#index()
    if (this.#format[this.#at] === '*') {
      this.#at++
      const precision = this.#integerArgument()
      if (precision === undefined || precision < 0) this.#printer.write('%!(BADPREC)')
      else flags.precision = precision
      this.#afterIndex = false
      return
    }
    flags.precision = this.#number() ?? 0
  }

  /** Digits here; a number that is too large takes the rest of the format with it, as Go has it. */
  #number(): number | undefined {
    const digits = /^[0-9]*/.exec(this.#format.slice(this.#at, this.#at + 10))?.[0] ?? ''
    let value = 0
    for (const digit of digits) {
      if (value > NUMBER_MAX) {
        this.#at = this.#format.length
        return undefined
      }
      value = value * 10 + Number(digit)
      this.#at++
    }
    return digits === '' ? undefined : value
  }

  #integerArgument(): number | undefined {
    const value = this.#values[this.#argument]
    if (value === undefined) return undefined
    this.#argument++
    const concrete = value.kind === 'interface' ? value.elem : value
    if (concrete?.kind !== 'int' && concrete?.kind !== 'uint') return undefined
    const number = Number(concrete.value)
    return Math.abs(number) > NUMBER_MAX ? undefined : number
  }

  /** `[3]`: the next argument by its number. */
  #index(): void {
    this.#afterIndex = false
    if (this.#format[this.#at] !== '[') return
    this.#reordered = true
    const close = this.#format.indexOf(']', this.#at + 1)
    const body = close < 0 ? '' : this.#format.slice(this.#at + 1, close)
    this.#at = close < 0 || this.#format.length - this.#at < 3 ? this.#at + 1 : close + 1
    const isNumber = /^[0-9]{1,7}$/.test(body)
    const index = isNumber ? Number(body) - 1 : -1
    this.#afterIndex = isNumber
    if (index >= 0 && index < this.#values.length) this.#argument = index
    else this.#goodIndex = false
  }

  #complainOfRest(): void {
    this.#printer.write('%!(EXTRA ')
    for (const [index, value] of this.#values.slice(this.#argument).entries()) {
      if (index > 0) this.#printer.write(', ')
      const concrete = value.kind === 'interface' ? value.elem : value
      if (concrete !== undefined && concrete.kind !== 'invalid') this.#printer.write(`${typeName(concrete)}=`)
      this.#printer.argument(value, 'v', NO_FLAGS)
    }
    this.#printer.write(')')
  }
}

/** `+` and `#` mean something else to %v. */
function finished(flags: Mutable, verb: string): Flags {
  if (verb !== 'v' && verb !== 'w') return { ...flags, plusV: false, sharpV: false }
  return { ...flags, plus: false, sharp: false, plusV: flags.plus, sharpV: flags.sharp }
}
