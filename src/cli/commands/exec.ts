import type { ExecCreateRequest } from '#api'
import { environmentVariable, readKeyValueFile } from '../create/read/key-value-file.ts'
import { bool, list, string } from '../flags/kinds.ts'
import { command } from '../program/command.ts'
import type { Context } from '../program/context.ts'
import { chosenDetachKeys } from '../session/attached.ts'
import { checkTerminal } from '../session/check-terminal.ts'
import { runExec } from '../session/exec.ts'

export const execute = command({
  usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  arity: { min: 2 },
  stopsAtArgument: true,
  names: 'running',
  flags: {
    detach: bool('Detached mode: run command in the background', { short: 'd' }),
    'detach-keys': string('Override the key sequence for detaching a container'),
    env: list('Set environment variables', { short: 'e' }),
    'env-file': list('Read in a file of environment variables', { values: 'files' }),
    interactive: bool('Keep STDIN open even if not attached', { short: 'i' }),
    privileged: bool('Give extended privileges to the command'),
    tty: bool('Allocate a pseudo-TTY', { short: 't' }),
    user: string('Username or UID (format: "<name|uid>[:<group|gid>]")', { short: 'u' }),
    workdir: string('Working directory inside the container', { short: 'w' }),
  },
  examples: ['exec web ls /srv', 'exec -it web sh', 'exec -u postgres -w /var/lib db psql'],
  async run({ context, flags, args: [name = '', ...words] }) {
    const { streams } = context
    const lookUp = (variable: string) => context.env[variable]
    const environment = [
      ...flags['env-file'].flatMap(path => readKeyValueFile(path, lookUp)),
      ...flags.env.map(text => environmentVariable(text, lookUp)),
    ]
    const connection = await context.connect()
    await connection.client.containers.inspect(name)
    if (!flags.detach) checkTerminal(streams.in, flags.interactive, flags.tty)
    const detachKeys = chosenDetachKeys(flags['detach-keys'], connection)
    const size = consoleSize(context, flags.tty)
    const request: ExecCreateRequest = {
      User: flags.user,
      Privileged: flags.privileged,
      Tty: flags.tty,
      AttachStdin: !flags.detach && flags.interactive,
      AttachStdout: !flags.detach,
      AttachStderr: !flags.detach,
      DetachKeys: detachKeys,
      Env: environment,
      WorkingDir: flags.workdir,
      Cmd: words,
      ...size,
    }
    const { Id: id } = await connection.client.execs.create(name, request)
    if (!flags.detach) return await runExec(context, connection, { id, request, detachKeys, start: size })
    await connection.client.execs.start(id, { Tty: flags.tty, ...size })
    return 0
  },
})

/** The command's terminal has the size of ours from its first moment. */
function consoleSize({ streams: { out } }: Context, tty: boolean): Pick<ExecCreateRequest, 'ConsoleSize'> {
  return tty && out.size !== undefined ? { ConsoleSize: [out.size.rows, out.size.columns] } : {}
}
