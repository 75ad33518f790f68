import { forEach } from '../container/each.ts'
import { SIGNALS } from '../container/signals.ts'
import { Failure } from '../failure.ts'
import { int, string } from '../flags/kinds.ts'
import { command } from '../program/command.ts'

export const stop = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'running',
  flags: {
    signal: string('Signal to send to the container', { short: 's', values: SIGNALS }),
    time: int('Seconds to wait before killing the container', { hidden: true, deprecated: 'use --timeout instead' }),
    timeout: int('Seconds to wait before killing the container', { short: 't' }),
  },
  examples: ['stop web', 'stop -t 0 web db'],
  async run({ context, flags, given, args }) {
    if (given.has('time') && given.has('timeout')) {
      throw new Failure('conflicting options: cannot specify both --timeout and --time')
    }
    const { client } = await context.connect()
    const query = {
      ...(flags.signal === '' ? {} : { signal: flags.signal }),
      ...(given.has('timeout') ? { t: flags.timeout } : {}),
      ...(given.has('time') ? { t: flags.time } : {}),
    }
    await forEach(context, args, name => client.containers.stop(name, query))
  },
})
