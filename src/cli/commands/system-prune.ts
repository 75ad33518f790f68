import { Failure, REFUSED } from '../failure.ts'
import { bool } from '../flags/kinds.ts'
import { confirm } from '../io/confirm.ts'
import { command } from '../program/command.ts'
import { checkDryRun, imageLines, PRUNE_FLAGS, reclaimedText, sectionText, withConfigured } from '../prune/request.ts'

export const systemPrune = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: {
    ...PRUNE_FLAGS,
    all: bool('Remove all unused images not just dangling ones', { short: 'a' }),
    volumes: bool('Prune anonymous volumes'),
  },
  examples: ['system prune', 'system prune -a --dry-run', 'system prune -f --filter until=24h'],
  async run({ context, flags }) {
    if (flags.volumes) {
      throw new Failure('--volumes: this version of Gantry has no volumes: leave it out', REFUSED)
    }
    const dryRun = flags['dry-run']
    const connection = await context.connect()
    const { client, config } = connection
    const filters = withConfigured(flags.filter, config)
    if (dryRun) await checkDryRun(connection)
    else if (!flags.force) await confirm(context, warning(flags.all, filters), 'system prune')
    const asked = dryRun ? { dryRun: true } : {}
    const containers = await client.containers.prune({ filters, ...asked })
    const gone = dryRun ? { withoutContainers: [...(containers.ContainersDeleted ?? [])] } : {}
    const dangling = new Map([...filters, ['dangling', [String(!flags.all)]]])
    const images = await client.images.prune({ filters: dangling, ...asked, ...gone })
    const title = (what: string) => (dryRun ? `${what} that would be deleted:` : `Deleted ${what}:`)
    const { out } = context.streams
    out.write(sectionText(title('Containers'), containers.ContainersDeleted ?? []))
    out.write(sectionText(title('Images'), imageLines(images.ImagesDeleted)))
    out.line(reclaimedText(containers.SpaceReclaimed + images.SpaceReclaimed, dryRun))
  },
})

function warning(all: boolean, filters: ReadonlyMap<string, readonly string[]>): string {
  const images = all ? 'all images without at least one container associated to them' : 'all dangling images'
  const conditions = [...filters].flatMap(([name, values]) => values.map(value => `  - ${name}=${value}\n`)).sort()
  const limits = conditions.length === 0 ? '' : `\n  Items to be pruned will be filtered with:\n${conditions.join('')}`
  return `WARNING! This will remove:\n  - all stopped containers\n  - ${images}\n${limits}`
}
