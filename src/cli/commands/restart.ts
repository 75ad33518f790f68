import { stopCommand } from '../container/stop-command.ts'

export const restart = stopCommand({
  names: 'containers',
  examples: ['restart web', 'restart -t 0 web db'],
  act: (containers, name, query) => containers.restart(name, query),
})
