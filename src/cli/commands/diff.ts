import type { FilesystemChange } from '#api'
import { Failure } from '../failure.ts'
import { command } from '../program/command.ts'

const LETTERS: Readonly<Record<FilesystemChange['Kind'], string>> = { 0: 'C', 1: 'A', 2: 'D' }

export const diff = command({
  usage: 'CONTAINER',
  arity: { min: 1, max: 1 },
  names: 'containers',
  flags: {},
  examples: ['diff web'],
  async run({ context, args: [name = ''] }) {
    if (name === '') throw new Failure('container name cannot be empty')
    const { client } = await context.connect()
    for (const { Kind, Path } of (await client.containers.changes(name)) ?? []) {
      context.streams.out.line(`${LETTERS[Kind]} ${Path}`)
    }
  },
})
