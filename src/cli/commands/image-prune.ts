import { bool } from '../flags/kinds.ts'
import { confirm } from '../io/confirm.ts'
import { command } from '../program/command.ts'
import { checkDryRun, imageLines, PRUNE_FLAGS, reclaimedText, sectionText, withConfigured } from '../prune/request.ts'

const ALL = 'WARNING! This will remove all images without at least one container associated to them.'
const DANGLING = 'WARNING! This will remove all dangling images.'

export const imagePrune = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: { ...PRUNE_FLAGS, all: bool('Remove all unused images, not just dangling ones', { short: 'a' }) },
  examples: ['image prune', 'image prune -a --filter until=240h', 'image prune -a --dry-run'],
  async run({ context, flags }) {
    const dryRun = flags['dry-run']
    const connection = await context.connect()
    if (dryRun) await checkDryRun(connection)
    else if (!flags.force) await confirm(context, flags.all ? ALL : DANGLING, 'image prune')
    const filters = new Map(withConfigured(flags.filter, connection.config))
    filters.set('dangling', [String(!flags.all)])
    const answer = await connection.client.images.prune({ filters, ...(dryRun ? { dryRun } : {}) })
    const title = dryRun ? 'Images that would be deleted:' : 'Deleted Images:'
    context.streams.out.write(sectionText(title, imageLines(answer.ImagesDeleted)))
    context.streams.out.line(reclaimedText(answer.SpaceReclaimed, dryRun))
  },
})
