import { isIP } from 'node:net'
import { cut } from '../../flags/text.ts'

/** Readers of single texts, each throwing in Docker's words. */
export function attachStream(text: string): string {
  const stream = text.toLowerCase()
  if (['stdin', 'stdout', 'stderr'].includes(stream)) return stream
  throw new Error('valid streams are STDIN, STDOUT and STDERR')
}

export function ipAddress(text: string): string {
  const address = text.trim()
  switch (isIP(address)) {
    case 4:
      return address
    case 6:
      return new URL(`http://[${address}]`).hostname.slice(1, -1)
    default:
      throw new Error(`IP address is not correctly formatted: ${text}`)
  }
}

/** Docker's pattern for domains, with the colons that it allows by mistake left out. */
const DOMAIN =
  /^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*\.?\s*$/

export function dnsSearch(text: string): string {
  const domain = text.replace(/^ +| +$/g, '')
  if (domain === '.') return domain
  if (!/[a-zA-Z]/.test(domain) || domain.length > 255 || !DOMAIN.test(domain)) {
    throw new Error(`${domain} is not a valid domain`)
  }
  return domain.trimEnd().replace(/\.$/, '')
}

export function label(text: string): string {
  const key = cut(text, '=')[0].replace(/^[ \t]+/, '')
  if (key === '') throw new Error(`invalid label '${text}': empty name`)
  if (/[ \t]/.test(key)) throw new Error(`label '${key}' contains whitespaces`)
  return text
}

/** Docker leaves the names of variables to whoever reads them, besides the empty one. */
export function variable(text: string): string {
  if (cut(text, '=')[0] === '') throw new Error(`invalid environment variable: ${text}`)
  return text
}

const SYSCTLS = ['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced']

export function sysctl(text: string): void {
  const [key, value] = cut(text, '=')
  const isKernel = SYSCTLS.some(name => key === `kernel.${name}`)
  if (value === undefined || !(isKernel || key.startsWith('net.') || key.startsWith('fs.mqueue.'))) {
    throw new Error(`sysctl '${text}' is not allowed`)
  }
}

export function link(text: string): string {
  if (text === '') throw new Error('empty string specified for links')
  if (text.split(':').length > 2) throw new Error(`bad format for links: ${text}`)
  return text
}

/** `host:ip` or `host=ip`; the engine gets the former. */
export function extraHost(text: string): string {
  const [name, address] = cut(text, text.includes('=') ? '=' : ':')
  if (name === '' || name.includes(':') || address === undefined) {
    throw new Error(`bad format for add-host: ${JSON.stringify(text)}`)
  }
  if (address === 'host-gateway') return `${name}:${address}`
  const bare = /^\[.+\]$/.test(address) ? address.slice(1, -1) : address
  if (isIP(bare.trim()) === 0) throw new Error(`invalid IP address in add-host: ${JSON.stringify(bare)}`)
  return `${name}:${bare}`
}

export function deviceCgroupRule(text: string): string {
  if (/^[acb] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(text)) return text
  throw new Error(`invalid device cgroup format '${text}'`)
}

/** Six, eight or twenty bytes in any of the notations of Go's net.ParseMAC. */
export function macAddress(text: string): string {
  const address = text.trim()
  const bytes = '[0-9a-fA-F]{2}'
  const words = '[0-9a-fA-F]{4}'
  const valid = [5, 7, 19].some(more =>
    new RegExp(`^${bytes}([:-])${bytes}(?:\\1${bytes}){${more - 1}}$`).test(address),
  )
  const dotted = [2, 3, 9].some(more => new RegExp(`^${words}(?:\\.${words}){${more}}$`).test(address))
  if (!valid && !dotted) throw new Error(`${text} is not a valid mac address`)
  return text
}
