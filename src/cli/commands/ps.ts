import type { ContainerListItem } from '#api'
import { errorText } from '#lib/errors'
import { compile, method, row, STRING } from '#template'
import { Failure } from '../failure.ts'
import { bool, int } from '../flags/kinds.ts'
import { filters } from '../flags/lists.ts'
import { containerList } from '../format/containers.ts'
import { askedFormat, LIST_FLAGS } from '../format/flags.ts'
import { printList } from '../format/list.ts'
import { command } from '../program/command.ts'

export const ps = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: {
    ...LIST_FLAGS,
    all: bool('Show all containers (default shows just running)', { short: 'a' }),
    filter: filters(),
    last: int('Show n last created containers (includes all states)', { short: 'n', initial: -1 }),
    latest: bool('Show the latest created container (includes all states)', { short: 'l' }),
    'no-trunc': bool("Don't truncate output"),
    quiet: bool('Only display container IDs', { short: 'q' }),
    size: bool('Display total file sizes', { short: 's' }),
  },
  examples: ['ps', 'ps -a --filter status=exited', "ps --format '{{.Names}}: {{.Status}}'"],
  async run({ context, flags, given }) {
    const { client, config } = await context.connect()
    const asked = askedFormat(flags)
    if (asked !== '' && flags.quiet) {
      context.streams.err.line('WARNING: Ignoring custom format, because both --format and --quiet are set.')
    }
    const format = asked === '' ? (config.settings.psFormat ?? '') : asked
    const limit = flags.latest && flags.last === -1 ? 1 : flags.last
    const usesSize = format !== '' && checkFormat(format)
    const withSize = flags.size || (usesSize && !flags.quiet && !given.has('size'))
    const rows = await client.containers.list({
      ...(flags.all ? { all: true } : {}),
      ...(limit > 0 ? { limit } : {}),
      ...(withSize ? { size: true } : {}),
      filters: flags.filter,
    })
    const list = containerList({ truncates: !flags['no-trunc'], withSize, asJson: /^json$|json \./.test(format) })
    const id = format === 'raw' ? 'container_id: {{.ID}}' : '{{.ID}}'
    const quiet = flags.quiet ? { quiet: id, quietBeatsFormat: true } : {}
    printList(context, list, { format, rows, ...quiet })
  },
})

const NOBODY: ContainerListItem = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: 'created',
  Status: '',
  HostConfig: {},
  NetworkSettings: null,
  Mounts: [],
}

/** Tries a format on a container that is none: whether it asks for sizes, which take the engine long. @throws Failure */
function checkFormat(format: string): boolean {
  let usesSize = false
  const onSize = (): void => {
    usesSize = true
  }
  const { typeName, columns, lookups } = containerList({ truncates: true, withSize: false, asJson: false, onSize })
  const cells = Object.entries(columns).map(([name, { value }]) => [name, () => value(NOBODY)] as const)
  const methods = Object.keys(lookups ?? {}).map(name => [name, method([STRING], () => '')] as const)
  const template = (() => {
    try {
      return compile(format)
    } catch (error) {
      throw new Failure(`failed to parse template: ${errorText(error)}`)
    }
  })()
  const { error } = template.run(row(typeName, Object.fromEntries([...cells, ...methods])))
  if (error !== undefined) throw new Failure(`failed to execute template: ${errorText(error)}`)
  return usesSize
}
