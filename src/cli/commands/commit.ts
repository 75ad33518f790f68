import { bool, list, string } from '../flags/kinds.ts'
import { familiarName, parseImageName } from '../image/reference.ts'
import { command } from '../program/command.ts'

export const commit = command({
  usage: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  arity: { min: 1, max: 2 },
  names: 'containers',
  flags: {
    author: string('Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")', { short: 'a' }),
    change: list('Apply Dockerfile instruction to the created image', { short: 'c' }),
    message: string('Commit message', { short: 'm' }),
    pause: bool('Pause container during commit', { short: 'p', initial: true }),
  },
  examples: ['commit web team/web:fixed', 'commit -c \'CMD ["serve"]\' -m "with a server" web'],
  async run({ context, flags, args: [name = '', target = ''] }) {
    const reference = target === '' ? undefined : parseImageName(target)
    const { client } = await context.connect()
    const { Id } = await client.containers.commit({
      container: name,
      ...(reference === undefined ? {} : { repo: familiarName(reference), tag: reference.tag ?? '' }),
      ...(flags.author === '' ? {} : { author: flags.author }),
      ...(flags.message === '' ? {} : { comment: flags.message }),
      changes: [...flags.change],
      pause: flags.pause,
    })
    context.streams.out.line(Id)
  },
})
