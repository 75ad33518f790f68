import { stopCommand } from '../container/stop-command.ts'

export const stop = stopCommand({
  names: 'running',
  examples: ['stop web', 'stop -t 0 web db'],
  act: (containers, name, query) => containers.stop(name, query),
})
