import { createContainer } from '../create/container.ts'
import { CREATE_FLAGS } from '../create/flags.ts'
import { prepareContainer } from '../create/prepare.ts'
import { command } from '../program/command.ts'

export const create = command({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  arity: { min: 1 },
  stopsAtArgument: true,
  names: 'images',
  flags: CREATE_FLAGS,
  examples: ['create --name job busybox sh -c "date"', 'create -it --name shell alpine'],
  async run({ context, flags, given, args }) {
    const connection = await context.connect()
    const wanted = prepareContainer({ context, flags, given, args }, connection)
    context.streams.out.line(await createContainer(context, connection, wanted))
  },
})
