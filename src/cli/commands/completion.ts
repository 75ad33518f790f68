import { Failure } from '../failure.ts'
import { command } from '../program/command.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export const completion = command({
  usage: 'bash|zsh|fish',
  arity: { min: 1, max: 1 },
  flags: {},
  examples: [
    'completion bash > /etc/bash_completion.d/gantry',
    'completion zsh > ~/.zsh/completions/_gantry',
    'completion fish > ~/.config/fish/completions/gantry.fish',
  ],
  async run({ context, args: [name = ''] }) {
    const shell = SHELLS.find(known => known === name)
    if (shell === undefined)
      throw new Failure(`unknown shell ${JSON.stringify(name)}: must be one of ${SHELLS.join(', ')}`)
    const { SCRIPTS } = await import('../completion/scripts.ts')
    context.streams.out.write(SCRIPTS[shell])
  },
})
