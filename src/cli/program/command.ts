import { Failure, REFUSED } from '../failure.ts'
import type { CompletedNames, Flags, Values } from '../flags/flag.ts'
import { HELP } from '../flags/help.ts'
import { BadFlags, type Parsed, parseFlags } from '../flags/parse.ts'
import type { Context } from './context.ts'

/** How many arguments a command takes; `max` absent for any number. */
export interface Arity {
  readonly min: number
  readonly max?: number
}

/** One call of a command. */
export interface Call<F extends Flags> {
  readonly context: Context
  readonly flags: Values<F>
  /** Names of the flags that were given, whatever their value. */
  readonly given: ReadonlySet<string>
  readonly args: readonly string[]
}

export interface CommandSpec<F extends Flags> {
  /** What follows the name: `[OPTIONS] IMAGE [COMMAND] [ARG...]`. */
  readonly usage: string
  readonly arity: Arity
  readonly flags: F
  /** The first argument ends the flags. */
  readonly stopsAtArgument?: boolean
  /** Command lines without the name of the program. */
  readonly examples: readonly string[]
  /** What its arguments name, for completion. */
  readonly names?: CompletedNames
  /** @returns the exit code, 0 where it says none */
  run(call: Call<F>): Promise<number | undefined> | Promise<void>
}

/** A command as the program sees it: what its flags are is its own affair. */
export interface Command extends Omit<CommandSpec<Flags>, 'run'> {
  /**
   * Reads the command line and does what it says.
   * @throws Failure
   */
  execute(context: Context, line: CommandLine): Promise<number>
}

export interface CommandLine {
  /** `run`, `image ls`: the name by which the help knows the command. */
  readonly path: string
  readonly args: readonly string[]
}

export function command<F extends Flags>(spec: CommandSpec<F>): Command {
  return {
    ...spec,
    async execute(context, line) {
      const { values, given, args, notes } = read(spec, line)
      for (const note of notes) context.streams.err.line(note)
      if (values.help) {
        const { commandHelp } = await import('./help.ts')
        context.streams.out.write(commandHelp(spec, context.tree, line.path, context.streams.helpWidth))
        return 0
      }
      checkArity(spec, line.path, args.length)
      return (await spec.run({ context, flags: values, given, args })) ?? 0
    },
  }
}

function read<F extends Flags>(spec: CommandSpec<F>, { path, args }: CommandLine): Parsed<F & typeof HELP> {
  try {
    return parseFlags({ ...HELP, ...spec.flags }, args, { stopsAtArgument: spec.stopsAtArgument === true })
  } catch (error) {
    if (!(error instanceof BadFlags)) throw error
    throw badFlags(error, `gantry ${path} ${spec.usage}`, `gantry ${path}`)
  }
}

/** A command line that cannot be read, in Docker's words. */
export function badFlags(error: BadFlags, usage: string, name: string): Failure {
  return new Failure(`${error.message}\n\nUsage:  ${usage}\n\nRun '${name} --help' for more information`, REFUSED)
}

function checkArity(
  { arity: { min, max }, usage }: Pick<CommandSpec<Flags>, 'arity' | 'usage'>,
  path: string,
  count: number,
): void {
  if (count >= min && count <= (max ?? Number.POSITIVE_INFINITY)) return
  const name = `gantry ${path}`.trimEnd()
  const see = max === undefined ? 'See' : 'Run'
  throw new Failure(
    `gantry: '${name}' ${wanted(min, max)}\n\nUsage:  ${`${name} ${usage}`.trimEnd()}\n\n${see} '${name} --help' for more information`,
  )
}

function wanted(min: number, max: number | undefined): string {
  const counted = (count: number) => `${count} ${count === 1 ? 'argument' : 'arguments'}`
  if (max === undefined) return `requires at least ${counted(min)}`
  if (max === 0) return 'accepts no arguments'
  if (min === max) return `requires ${counted(min)}`
  return min === 0 ? `requires at most ${counted(max)}` : `requires at least ${min} and at most ${counted(max)}`
}
