import type { ContainerInspectResponse } from '#api'
import type { Client } from '#client'
import { Failure } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'
import { command } from '../program/command.ts'
import { attachTo, chosenDetachKeys, talk } from '../session/attached.ts'
import { checkTerminal } from '../session/check-terminal.ts'
import { forwardSignals } from '../session/signals.ts'
import { followSize } from '../session/terminal.ts'

export const attach = command({
  usage: '[OPTIONS] CONTAINER',
  arity: { min: 1, max: 1 },
  names: 'running',
  flags: {
    'detach-keys': string('Override the key sequence for detaching a container'),
    'no-stdin': bool('Do not attach STDIN'),
    'sig-proxy': bool('Proxy all received signals to the process', { initial: true }),
  },
  examples: ['attach shell', 'attach --no-stdin --sig-proxy=false web'],
  async run({ context, flags, args: [name = ''] }) {
    const connection = await context.connect()
    const { client } = connection
    const { out, err } = context.streams
    const { Config: config } = await runningContainer(client, name)
    checkTerminal(context.streams.in, !flags['no-stdin'], config.Tty)
    const attachment = {
      stdin: !flags['no-stdin'] && config.OpenStdin,
      stdout: true,
      stderr: true,
      hasTerminal: config.Tty,
      detachKeys: chosenDetachKeys(flags['detach-keys'], connection),
    }
    using _held = context.interrupts.hold()
    const waiting = await client.containers.wait(name)
    using _signals = flags['sig-proxy'] && !config.Tty ? forwardSignals(client, name, Promise.resolve()) : undefined
    using hijacked = await attachTo(connection, name, attachment)
    await runningContainer(client, name) // It may have ended before we were attached, and would not tell us any more.
    using _size = config.Tty && out.isTerminal ? await redraw() : undefined
    if ((await talk(context, hijacked, attachment)) === 'detached') throw new Failure('read escape sequence')
    const { StatusCode: code, Error: error } = await waiting.exit
    if (error?.Message !== undefined) throw new Failure(error.Message)
    return code

    /** A program draws its screen anew where its terminal changes; what it drew before is not on ours. */
    async function redraw(): Promise<Disposable> {
      const { size } = out
      if (size !== undefined) {
        await client.containers.resize(name, { rows: size.rows + 1, columns: size.columns + 1 }).catch(() => {})
      }
      return followSize(client.containers, name, out, problem => err.line(problem))
    }
  },
})

async function runningContainer(client: Client, name: string): Promise<ContainerInspectResponse> {
  const container = await client.containers.inspect(name)
  const { Running, Paused, Restarting } = container.State
  if (!Running) throw new Failure('You cannot attach to a stopped container, start it first')
  if (Paused) throw new Failure('You cannot attach to a paused container, unpause it first')
  if (Restarting) throw new Failure('You cannot attach to a restarting container, wait until it is running')
  return container
}
