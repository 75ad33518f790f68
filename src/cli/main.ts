import { FAILED, Failure } from './failure.ts'
import { BadFlags, parseFlags } from './flags/parse.ts'
import { Interrupts } from './io/interrupts.ts'
import { type Process, type Streams, streamsOf } from './io/streams.ts'
import { CATALOGUE } from './program/catalogue.ts'
import { badFlags } from './program/command.ts'
import type { Connection, Context, Host } from './program/context.ts'
import { dispatch } from './program/dispatch.ts'
import { endpointFlags, GLOBAL_FLAGS, type GlobalFlags, LOG_LEVELS } from './program/global-flags.ts'

/** 128 and the number of SIGPIPE: how a program ends whose reader is gone. */
const READER_GONE = 141

export interface Surroundings extends Process {
  readonly home: string
  /** Ends the process at once. */
  exit(code: number): void
}

/**
 * The command line: finds the command that `args` name, does it, and ends the process with its exit code once all
 * output is out.
 */
export async function cliMain(args: readonly string[], host: Host, own: Surroundings): Promise<void> {
  const streams = streamsOf(own)
  for (const stream of [own.stdout, own.stderr]) stream.on('error', () => own.exit(READER_GONE))
  using interrupts = new Interrupts((message, code = FAILED) => {
    streams.err.write(message)
    own.exit(code)
  })
  const code = await exitCode(args, host, own, streams, interrupts)
  await Promise.all([streams.out.flushed(), streams.err.flushed()])
  own.exit(code)
}

async function exitCode(
  args: readonly string[],
  host: Host,
  own: Surroundings,
  streams: Streams,
  interrupts: Interrupts,
): Promise<number> {
  try {
    const { flags, given, rest, notes } = globals(args)
    for (const note of notes) streams.err.line(note)
    const context = contextOf({ flags, given, host, own, streams, interrupts })
    return await dispatch(context, flags, rest)
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode
    return await report(error, streams, args.includes('-D') || args.includes('--debug'))
  }
}

function globals(args: readonly string[]) {
  try {
    const { values, given, args: rest, notes } = parseFlags(GLOBAL_FLAGS, args, { stopsAtArgument: true })
    return { flags: values, given, rest, notes }
  } catch (error) {
    throw error instanceof BadFlags ? badFlags(error, 'gantry [OPTIONS] COMMAND [ARG...]', 'gantry') : error
  }
}

interface Parts {
  readonly flags: GlobalFlags
  readonly given: ReadonlySet<string>
  readonly host: Host
  readonly own: Surroundings
  readonly streams: Streams
  readonly interrupts: Interrupts
}

function contextOf({ flags, given, host, own, streams, interrupts }: Parts): Context {
  if (!LOG_LEVELS.some(level => level === flags['log-level'])) {
    throw new Failure(`Unable to parse logging level: ${flags['log-level']}`)
  }
  let connection: Promise<Connection> | undefined
  const connect = async () => {
    const { connect: find } = await import('./program/connect.ts')
    return find(endpointFlags(flags, given), own.env, own.home, interrupts.signal)
  }
  return {
    streams,
    env: own.env,
    host,
    tree: CATALOGUE,
    isDebug: flags.debug,
    path: '',
    interrupts,
    connect: () => (connection ??= connect()),
  }
}

async function report(error: unknown, streams: Streams, isDebug: boolean): Promise<number> {
  const { describe } = await import('./program/describe.ts')
  const message = error instanceof Failure ? error.message : describe(error)
  if (message !== '') streams.err.line(message)
  if (isDebug) for (const cause of causes(error)) streams.err.line(`caused by: ${cause}`)
  return error instanceof Failure ? error.code : FAILED
}

function causes(error: unknown): string[] {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined
    ? []
    : [cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), ...causes(cause)]
}
