import { cut } from '../../flags/text.ts'
import { csvFields } from './csv.ts'

/** One `--network`: how the container is attached to it. */
export interface NetworkFlag {
  readonly target: string
  readonly aliases: readonly string[]
  readonly links: readonly string[]
  readonly linkLocalIps: readonly string[]
  readonly driverOpts: Readonly<Record<string, string>>
  readonly ipv4: string
  readonly ipv6: string
  readonly mac: string
  readonly priority: number
}

export const PLAIN_NETWORK: NetworkFlag = {
  target: '',
  aliases: [],
  links: [],
  linkLocalIps: [],
  driverOpts: {},
  ipv4: '',
  ipv6: '',
  mac: '',
  priority: 0,
}

/** `--network NAME`, or `--network name=NAME,alias=...`. Docker lowers the letters of the long form. @throws in Docker's words */
export function readNetwork(text: string): NetworkFlag {
  if (!/\w+=\w+(,\w+=\w+)*/.test(text)) return { ...PLAIN_NETWORK, target: text }
  const network = csvFields(text).reduce(withField, PLAIN_NETWORK)
  if (network.target === '') throw new Error('network name/id is not specified')
  return network
}

function withField(network: NetworkFlag, field: string): NetworkFlag {
  const [rawKey, rawValue] = cut(field.toLowerCase(), '=')
  if (rawKey === '' || rawValue === undefined) throw new Error(`invalid field ${field}`)
  const key = rawKey.trim()
  const value = rawValue.trim()
  switch (key) {
    case 'name':
      return { ...network, target: value }
    case 'alias':
      return { ...network, aliases: [...network.aliases, value] }
    case 'ip':
      return { ...network, ipv4: value }
    case 'ip6':
      return { ...network, ipv6: value }
    case 'mac-address':
      return { ...network, mac: value }
    case 'link-local-ip':
      return { ...network, linkLocalIps: [...network.linkLocalIps, value] }
    case 'driver-opt':
      return { ...network, driverOpts: { ...network.driverOpts, ...driverOption(value) } }
    case 'gw-priority':
      return { ...network, priority: priority(value) }
    default:
      throw new Error(`invalid field key ${key}`)
  }
}

function driverOption(text: string): Readonly<Record<string, string>> {
  const [key, value] = cut(text, '=')
  if (key === '' || value === undefined) throw new Error('invalid key value pair format in driver options')
  return { [key.trim()]: value.trim() }
}

function priority(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  throw new Error(`invalid gw-priority (${text}): invalid syntax`)
}
