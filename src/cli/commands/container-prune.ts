import { confirm } from '../io/confirm.ts'
import { command } from '../program/command.ts'
import { checkDryRun, PRUNE_FLAGS, reclaimedText, sectionText, withConfigured } from '../prune/request.ts'

export const containerPrune = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: PRUNE_FLAGS,
  examples: ['container prune', 'container prune -f --filter until=24h', 'container prune --dry-run'],
  async run({ context, flags }) {
    const dryRun = flags['dry-run']
    const connection = await context.connect()
    if (dryRun) await checkDryRun(connection)
    else if (!flags.force) {
      await confirm(context, 'WARNING! This will remove all stopped containers.', 'container prune')
    }
    const filters = withConfigured(flags.filter, connection.config)
    const answer = await connection.client.containers.prune({ filters, ...(dryRun ? { dryRun } : {}) })
    const title = dryRun ? 'Containers that would be deleted:' : 'Deleted Containers:'
    context.streams.out.write(sectionText(title, answer.ContainersDeleted ?? []))
    context.streams.out.line(reclaimedText(answer.SpaceReclaimed, dryRun))
  },
})
