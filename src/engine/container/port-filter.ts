import { InvalidArgument } from '#lib/errors'

const PORT_MAX = 65_535

export interface PortRange {
  readonly first: number
  readonly last: number
  readonly protocol: string
}

/**
 * What a filter on ports names: `80`, `80/udp`, `8000-8010/tcp`.
 * @throws InvalidArgument in Docker's words
 */
export function parsePortFilter(name: 'expose' | 'publish', value: string): PortRange {
  if (value.includes(':')) {
    throw new InvalidArgument(`filter for '${name}' should not contain ':': ${value}`, {
      fix: 'use PORT[-PORT][/PROTOCOL]',
    })
  }
  const [ports = '', protocol = 'tcp'] = value.split('/')
  const { first, last } = portRange(ports, reason => {
    throw new InvalidArgument(`error while looking up for ${name} ${value}: ${reason}`)
  })
  return { first, last, protocol: protocol === '' ? 'tcp' : protocol }
}

/** Whether one of `ports`, each `80/tcp` or `80-90/tcp`, is in `wanted`. */
export function holdsPort(ports: readonly string[], wanted: PortRange): boolean {
  return ports.some(port => {
    const { first, last, protocol } = parsePortFilter('expose', port)
    return protocol === wanted.protocol && first <= wanted.last && last >= wanted.first
  })
}

function portRange(ports: string, refuse: (reason: string) => never): { first: number; last: number } {
  if (ports === '') refuse('Empty string specified for ports.')
  const number = (text: string) => {
    if (!/^\d+$/.test(text)) refuse(`strconv.ParseUint: parsing "${text}": invalid syntax`)
    if (Number(text) > PORT_MAX) refuse(`strconv.ParseUint: parsing "${text}": value out of range`)
    return Number(text)
  }
  const [start = '', end = start] = ports.split('-')
  const range = { first: number(start), last: number(end) }
  if (range.last < range.first) refuse(`Invalid range specified for the Port: ${ports}`)
  return range
}
