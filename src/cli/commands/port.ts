import { Failure } from '../failure.ts'
import { command } from '../program/command.ts'

const PORT_MAX = 65_535

export const port = command({
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  arity: { min: 1, max: 2 },
  names: 'running',
  flags: {},
  examples: ['port web', 'port web 80/tcp'],
  async run({ context, args: [name = '', wanted = ''] }) {
    const { client } = await context.connect()
    const { NetworkSettings } = await client.containers.inspect(name)
    const ports = Object.entries(NetworkSettings.Ports ?? {})
    const lines = wanted === '' ? ports.flatMap(([from, to]) => published(to).map(at => `${from} -> ${at}`)) : []
    if (wanted !== '') {
      const key = portKey(wanted)
      const found = ports.find(([from]) => from === key)?.[1]
      if (found === undefined || found === null) {
        throw new Failure(`Error: No public port '${wanted}' published for ${name}`)
      }
      lines.push(...published(found))
    }
    const natural = new Intl.Collator('en', { numeric: true })
    for (const line of lines.sort(natural.compare)) context.streams.out.line(line)
  },
})

type Binding = { readonly HostIp?: string; readonly HostPort?: string }

function published(bindings: readonly Binding[] | null): string[] {
  return (bindings ?? []).map(
    ({ HostIp = '', HostPort = '' }) => `${HostIp.includes(':') ? `[${HostIp}]` : HostIp}:${HostPort}`,
  )
}

/** @throws Failure in Docker's words */
function portKey(text: string): string {
  const [number = '', protocol = ''] = text.split('/', 2)
  const reason = !/^\d+$/.test(number) ? 'invalid syntax' : Number(number) > PORT_MAX ? 'value out of range' : undefined
  if (reason !== undefined) {
    throw new Failure(
      `Error: invalid port (${number}): strconv.ParseUint: parsing ${JSON.stringify(number)}: ${reason}`,
    )
  }
  return `${number}/${protocol === '' ? 'tcp' : protocol}`
}
