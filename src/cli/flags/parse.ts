import { quoted } from '#lib/printable'
import type { Flag, Flags, Values } from './flag.ts'
import { own } from './own.ts'

/** A command line whose flags cannot be read; the message is that of Docker's parser. */
export class BadFlags extends Error {}

export interface Parsed<F extends Flags> {
  readonly values: Values<F>
  /** Names of the flags that were given, by the name that stands for them. */
  readonly given: ReadonlySet<string>
  readonly args: readonly string[]
  /** What to tell about the use of old flags. */
  readonly notes: readonly string[]
}

export interface ParseOptions {
  /** The first argument ends the flags: what follows belongs to somebody else. */
  readonly stopsAtArgument?: boolean
}

const HELP_HINT = 'Flag shorthand -h has been deprecated, use --help'

/**
 * Reads flags by the rules of Go's pflag: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, letters in
 * a row of which the last may take a value, `--` as the end of flags. A flag that may stand alone takes a value behind
 * `=` only.
 * @throws BadFlags
 */
export function parseFlags<F extends Flags>(flags: F, args: readonly string[], options: ParseOptions = {}): Parsed<F> {
  return new Parser(flags, args, options).run()
}

class Parser<F extends Flags> {
  readonly #flags: F
  readonly #byLetter: ReadonlyMap<string, string>
  readonly #waiting: string[]
  readonly #stops: boolean
  readonly #values = new Map<string, unknown>()
  readonly #given = new Set<string>()
  readonly #notes: string[] = []

  constructor(flags: F, args: readonly string[], options: ParseOptions) {
    this.#flags = flags
    const letters = Object.entries(flags).flatMap(([name, { short }]) =>
      short === undefined ? [] : [[short, name] as const],
    )
    this.#byLetter = new Map(letters)
    this.#waiting = [...args]
    this.#stops = options.stopsAtArgument === true
    for (const [name, flag] of Object.entries(flags)) this.#values.set(name, flag.initial)
  }

  run(): Parsed<F> {
    const args: string[] = []
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      if (text === '--') {
        args.push(...this.#waiting.splice(0))
      } else if (text.startsWith('--')) {
        this.#long(text)
      } else if (text.startsWith('-') && text.length > 1) {
        this.#letters(text.slice(1))
      } else {
        args.push(text)
        if (this.#stops) args.push(...this.#waiting.splice(0))
      }
    }
    const values = Object.fromEntries(this.#values) as Values<F>
    return { values, given: this.#given, args, notes: this.#notes }
  }

  #long(text: string): void {
    const [name = '', ...rest] = text.slice(2).split('=')
    const value = rest.length === 0 ? undefined : rest.join('=')
    if (name === '' || name.startsWith('-')) throw new BadFlags(`bad flag syntax: ${text}`)
    const flag = own(this.#flags, name)
    if (flag === undefined) throw new BadFlags(`unknown flag: --${name}`)
    else this.#set(name, flag, value ?? flag.alone ?? this.#next(`--${name}`))
  }

  #letters(letters: string): void {
    let rest = letters
    while (rest !== '') {
      const letter = rest.charAt(0)
      const name = this.#byLetter.get(letter) ?? this.#helpFor(letter)
      const flag = name === undefined ? undefined : this.#flags[name]
      const behind = rest.slice(1)
      if (name === undefined || flag === undefined) {
        throw new BadFlags(`unknown shorthand flag: '${letter}' in -${rest}`)
      } else if (behind.length > 1 && behind.startsWith('=')) {
        this.#set(name, flag, behind.slice(1))
        rest = ''
      } else if (flag.alone !== undefined) {
        this.#set(name, flag, flag.alone)
        rest = behind
      } else {
        this.#set(name, flag, behind === '' ? this.#next(`'${letter}' in -${rest}`) : behind)
        rest = ''
      }
    }
  }

  /** `-h` asks for help where a command has `--help` and no flag of that letter. */
  #helpFor(letter: string): string | undefined {
    if (letter !== 'h' || own(this.#flags, 'help') === undefined) return undefined
    this.#notes.push(HELP_HINT)
    return 'help'
  }

  #next(shown: string): string {
    const value = this.#waiting.shift()
    if (value === undefined) throw new BadFlags(`flag needs an argument: ${shown}`)
    return value
  }

  #set(name: string, flag: Flag<unknown>, text: string): void {
    const key = flag.as ?? name
    try {
      this.#values.set(key, flag.add(this.#values.get(key), text))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new BadFlags(`invalid argument ${quoted(text)} for ${quoted(spelled(name, flag))} flag: ${reason}`)
    }
    if (flag.deprecated !== undefined) this.#notes.push(`Flag --${name} has been deprecated, ${flag.deprecated}`)
    this.#given.add(key)
  }
}

function spelled(name: string, { short }: Flag<unknown>): string {
  return short === undefined ? `--${name}` : `-${short}, --${name}`
}
