import { createContainer } from '../create/container.ts'
import { startExitCode } from '../create/exit-code.ts'
import { CREATE_FLAGS } from '../create/flags.ts'
import { prepareContainer, withHelp } from '../create/prepare.ts'
import { Failure } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'
import { command } from '../program/command.ts'
import type { Connection, Context } from '../program/context.ts'
import { type Attachment, chosenDetachKeys } from '../session/attached.ts'
import { checkTerminal } from '../session/check-terminal.ts'
import { runAttached, runDetached } from '../session/run.ts'

export const run = command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  arity: { min: 1 },
  stopsAtArgument: true,
  names: 'images',
  flags: {
    ...CREATE_FLAGS,
    detach: bool('Run container in background and print container ID', { short: 'd' }),
    'detach-keys': string('Override the key sequence for detaching a container'),
    'sig-proxy': bool('Proxy received signals to the process', { initial: true }),
  },
  examples: ['run --rm busybox echo hello', 'run -it --rm alpine sh', 'run -d --name web -v /srv/www:/www:ro nginx'],
  async run({ context, flags, given, args }) {
    const connection = await context.connect()
    const wanted = prepareContainer({ context, flags, given, args }, connection)
    const { AttachStdin = false, AttachStdout = false, AttachStderr = false, Tty = false } = wanted.request
    if (flags.detach && flags.attach.length > 0) {
      throw new Failure('conflicting options: cannot specify both --attach and --detach')
    }
    if (!flags.detach) checkTerminal(context.streams.in, AttachStdin, Tty)
    const request = flags.detach ? { ...wanted.request, ...NOT_ATTACHED } : wanted.request
    const id = await refusing(context, createContainer(context, connection, { ...wanted, request }))
    const detachKeys = chosenDetachKeys(flags['detach-keys'], connection)
    const attachment = { stdin: AttachStdin, stdout: AttachStdout, stderr: AttachStderr, hasTerminal: Tty, detachKeys }
    const isAttached = !flags.detach && (AttachStdin || AttachStdout || AttachStderr)
    return await start(context, connection, isAttached ? attachment : undefined, {
      id,
      isRemoved: flags.rm,
      forwardsSignals: flags['sig-proxy'],
    })
  },
})

const NOT_ATTACHED = { AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false }

interface Started {
  readonly id: string
  readonly isRemoved: boolean
  readonly forwardsSignals: boolean
}

async function start(
  context: Context,
  connection: Connection,
  attachment: Attachment | undefined,
  started: Started,
): Promise<number> {
  const begin = () => refusing(context, connection.client.containers.start(started.id))
  if (attachment === undefined) return await runDetached(context, started.id, begin)
  return await runAttached(context, connection, attachment, { ...started, begin })
}

/** @throws Failure with the exit code that the error stands for */
async function refusing<T>(context: Context, done: Promise<T>): Promise<T> {
  try {
    return await done
  } catch (error) {
    if (context.interrupts.signal.aborted) throw error
    const message = withHelp(error, context.path)
    throw new Failure(message, startExitCode(message), error)
  }
}
