import { NotFound } from '#lib/errors'
import { failTogether } from '../container/each.ts'
import { bool, list } from '../flags/kinds.ts'
import { platformJson } from '../image/platform.ts'
import { command } from '../program/command.ts'
import { describe } from '../program/describe.ts'

export const rmi = command({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  arity: { min: 1 },
  names: 'images',
  flags: {
    force: bool('Force removal of the image', { short: 'f' }),
    'no-prune': bool('Do not delete untagged parents'),
    platform: list('Remove only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
  },
  examples: ['rmi busybox', 'rmi -f $(gantry images -q --filter dangling=true)'],
  async run({ context, flags, args }) {
    const platforms = flags.platform.flatMap(text => text.split(',')).map(platformJson)
    const { client } = await context.connect()
    const { out, err } = context.streams
    const errors: unknown[] = []
    for (const name of args) {
      try {
        const removed = await client.images.remove(name, {
          ...(flags.force ? { force: true } : {}),
          ...(flags['no-prune'] ? { noprune: true } : {}),
          platforms,
        })
        for (const { Untagged, Deleted } of removed) {
          out.line(Deleted === undefined ? `Untagged: ${Untagged ?? ''}` : `Deleted: ${Deleted}`)
        }
      } catch (error) {
        errors.push(error)
      }
    }
    const isForgiven = flags.force && errors.every(error => error instanceof NotFound)
    if (!isForgiven) failTogether(errors)
    for (const error of isForgiven ? errors : []) err.line(describe(error))
  },
})
