import { isIP } from 'node:net'
import { cut } from '../../flags/text.ts'

export interface PortMapping {
  /** `80/tcp` */
  readonly port: string
  readonly binding: { readonly HostIp: string; readonly HostPort: string }
}

interface Range {
  readonly first: number
  readonly last: number
}

/** What `-p` says: `[ip:][host:]container[/proto]`, each a port or a range, or `published=,target=,protocol=`. @throws in Docker's words */
export function readPublished(text: string): PortMapping[] {
  const spec = text.includes('=') ? standardNotation(text) : text
  const parts = spec.split(':')
  const { proto, port } = splitProto(parts.at(-1) ?? '')
  const hostText = parts.length > 1 ? (parts.at(-2) ?? '') : ''
  const ip = hostAddress(parts.slice(0, -2).join(':'))
  if (port === '') throw new Error(`no port specified: ${spec}<empty>`)
  const inside = readRange(port, `invalid containerPort: ${port}`)
  const outside = hostText === '' ? undefined : readRange(hostText, `invalid hostPort: ${hostText}`)
  const single = inside.first === inside.last
  if (outside !== undefined && !single && inside.last - inside.first !== outside.last - outside.first) {
    throw new Error(`invalid ranges specified for container and host Ports: ${port} and ${hostText}`)
  }
  if (!['tcp', 'udp', 'sctp'].includes(proto.toLowerCase())) throw new Error(`invalid proto: ${proto}`)
  return numbers(inside).map((number, index) => ({
    port: `${number}/${proto.toLowerCase()}`,
    binding: { HostIp: ip, HostPort: hostPort(outside, index, single) },
  }))
}

/** What `--expose` says. @throws in Docker's words */
export function readExposed(text: string): string[] {
  if (text.includes(':')) throw new Error(`invalid port format for --expose: ${text}`)
  const { proto, port } = splitProto(text)
  return numbers(exposedRange(port, text)).map(number => `${number}/${proto}`)
}

function hostPort(outside: Range | undefined, index: number, single: boolean): string {
  if (outside === undefined) return ''
  if (single && outside.first !== outside.last) return `${outside.first}-${outside.last}`
  return String(outside.first + index)
}

function standardNotation(text: string): string {
  const fields: Record<string, string> = Object.assign(Object.create(null), { protocol: 'tcp' })
  for (const field of text.split(',')) {
    const [key, value] = cut(field, '=')
    if (key === '' || value === undefined) {
      throw new Error(`invalid publish opts format (should be name=value but got '${field}')`)
    }
    fields[key] = value
  }
  return `${fields['published'] ?? ''}:${fields['target'] ?? ''}/${fields['protocol'] ?? ''}`
}

function splitProto(text: string): { proto: string; port: string } {
  const [port = '', proto = ''] = text.split('/')
  if (port === '') return { proto: '', port: '' }
  return { proto: proto === '' ? 'tcp' : proto, port }
}

function hostAddress(text: string): string {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  if (bare !== '' && isIP(bare) === 0) throw new Error(`invalid IP address: ${text}`)
  return bare
}

function readRange(text: string, problem: string): Range {
  const range = parseRange(text)
  if (range === undefined || range.last < range.first) throw new Error(problem)
  return range
}

function exposedRange(port: string, text: string): Range {
  const invalid = `invalid range format for --expose: ${text}, error: `
  if (port === '') throw new Error(`${invalid}empty string specified for ports`)
  const range = parseRange(port)
  if (range === undefined) {
    const bad = port.split('-').find(part => parsePort(part) === undefined) ?? port
    const reason = /^\d+$/.test(bad) ? 'value out of range' : 'invalid syntax'
    throw new Error(`${invalid}strconv.ParseUint: parsing ${JSON.stringify(bad)}: ${reason}`)
  }
  if (range.last < range.first) throw new Error(`${invalid}invalid range specified for port: ${port}`)
  return range
}

function parseRange(text: string): Range | undefined {
  const [from = '', to] = text.split('-')
  const first = parsePort(from)
  const last = to === undefined ? first : parsePort(to)
  return first === undefined || last === undefined ? undefined : { first, last }
}

function parsePort(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) < 2 ** 16 ? Number(text) : undefined
}

function numbers({ first, last }: Range): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
