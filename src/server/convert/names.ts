import { isIP } from 'node:net'
import type { HostConfig } from '#api'
import type { ContainerSpec } from '#engine'
import { InvalidArgument } from '#lib/errors'

type Names = NonNullable<ContainerSpec['host']['names']>

/** The kernel's libraries read three servers; more lines than this are a mistake. */
const ENTRIES_MAX = 1000

/** Who answers for names, and names beside them. @throws InvalidArgument in Docker's words */
export function convertNames({ Dns, DnsOptions, DnsSearch, ExtraHosts }: HostConfig): Names {
  for (const address of Dns ?? []) {
    if (isIP(address) === 0)
      throw new InvalidArgument(`invalid DNS server: ${JSON.stringify(address)} is no IP address`)
  }
  for (const text of ExtraHosts ?? []) checkExtraHost(text)
  return {
    ...words('dns', Dns),
    ...words('dnsOptions', DnsOptions),
    ...words('dnsSearch', DnsSearch),
    ...words('extraHosts', ExtraHosts),
  }
}

function checkExtraHost(text: string): void {
  const at = text.indexOf(':')
  const [name, address] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1 || address === '') throw new InvalidArgument(`bad format for add-host: ${JSON.stringify(text)}`)
  if (address !== 'host-gateway' && isIP(address) === 0) {
    throw new InvalidArgument(`invalid IP address in add-host: ${JSON.stringify(address)}`)
  }
  if (/[\s#\0]/.test(name)) throw new InvalidArgument(`invalid name in add-host: ${JSON.stringify(name)}`)
}

/** Each goes on a line of a file of which others are read. */
function words<K extends string>(key: K, values: readonly string[] | undefined): { readonly [name in K]?: string[] } {
  if (values === undefined || values.length === 0) return {}
  const wrong = values.find(value => value === '' || /[\s\0]/.test(value))
  if (wrong !== undefined || values.length > ENTRIES_MAX) {
    throw new InvalidArgument(
      `invalid value in ${key}: ${JSON.stringify(wrong?.replaceAll('\0', '') ?? values.length)}`,
    )
  }
  return { [key]: [...values] } as { readonly [name in K]?: string[] }
}
