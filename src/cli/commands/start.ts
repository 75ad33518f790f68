import { Failure } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'
import { type Call, command } from '../program/command.ts'
import { describe } from '../program/describe.ts'
import { chosenDetachKeys } from '../session/attached.ts'
import { runAttached } from '../session/run.ts'

const flags = {
  attach: bool('Attach STDOUT/STDERR and forward signals', { short: 'a' }),
  checkpoint: string('Restore from this checkpoint', { hidden: true }),
  'checkpoint-dir': string('Use a custom checkpoint storage directory', { hidden: true }),
  'detach-keys': string('Override the key sequence for detaching a container'),
  interactive: bool("Attach container's STDIN", { short: 'i' }),
}

export const start = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'stopped',
  flags,
  examples: ['start web', 'start -ai shell'],
  async run(call) {
    const { args } = call
    const several = args.length > 1
    if (call.flags.attach || call.flags.interactive) {
      if (several) throw new Failure('you cannot start and attach multiple containers at once')
      return await startAttached(call, args[0] ?? '')
    }
    if (several && call.flags.checkpoint !== '') throw new Failure('you cannot restore multiple containers at once')
    return await startAll(call)
  },
})

async function startAll({
  context,
  flags: { checkpoint, 'checkpoint-dir': folder },
  args,
}: Call<typeof flags>): Promise<number> {
  const { client } = await context.connect()
  const { out, err } = context.streams
  const query = checkpoint === '' ? {} : { checkpoint, 'checkpoint-dir': folder }
  const failed: string[] = []
  for (const name of args) {
    try {
      await client.containers.start(name, query)
      if (checkpoint === '') out.line(name)
    } catch (error) {
      if (context.interrupts.signal.aborted) throw error
      err.line(describe(error))
      failed.push(name)
    }
  }
  if (failed.length > 0) throw new Failure(`Error: failed to start containers: ${failed.join(', ')}`)
  return 0
}

async function startAttached({ context, flags: wanted }: Call<typeof flags>, name: string): Promise<number> {
  const connection = await context.connect()
  const { client } = connection
  const { Id: id, Config: config, HostConfig: host } = await client.containers.inspect(name)
  const detachKeys = chosenDetachKeys(wanted['detach-keys'], connection)
  const stdin = wanted.interactive && config.OpenStdin
  const query =
    wanted.checkpoint === '' ? {} : { checkpoint: wanted.checkpoint, 'checkpoint-dir': wanted['checkpoint-dir'] }
  const attachment = { stdin, stdout: true, stderr: true, hasTerminal: config.Tty, detachKeys }
  return await runAttached(context, connection, attachment, {
    id,
    isRemoved: host.AutoRemove,
    forwardsSignals: !config.Tty,
    begin: () => client.containers.start(id, query),
  })
}
