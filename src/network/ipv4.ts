import { InvalidArgument } from '#lib/errors'
import type { Ipv4, Prefix } from '#linux'

/** An IPv4 address from its dotted form. @throws InvalidArgument */
export function parseIpv4(text: string): Ipv4 {
  const parts = text.split('.')
  const isWhole = parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  if (!isWhole) throw new InvalidArgument(`invalid IPv4 address: ${text}`)
  return parts.reduce((address, part) => address * 256 + Number(part), 0)
}

export function formatIpv4(address: Ipv4): string {
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 0xff).join('.')
}

/** `10.1.2.0/24`; bits below the prefix must be zero. @throws InvalidArgument */
export function parsePrefix(text: string): Prefix {
  const [address = '', bits = ''] = text.split('/')
  const length = Number(bits)
  if (!/^\d{1,2}$/.test(bits) || length > 32) throw new InvalidArgument(`invalid subnet: ${text}`)
  const prefix = { address: parseIpv4(address), bits: length }
  if (firstAddress(prefix) !== prefix.address) {
    throw new InvalidArgument(
      `invalid subnet ${text}: it should be ${formatPrefix({ ...prefix, address: firstAddress(prefix) })}`,
    )
  }
  return prefix
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatIpv4(prefix.address)}/${prefix.bits}`
}

export function firstAddress(prefix: Prefix): Ipv4 {
  return prefix.address - (prefix.address % size(prefix))
}

export function lastAddress(prefix: Prefix): Ipv4 {
  return firstAddress(prefix) + size(prefix) - 1
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  return firstAddress(a) <= lastAddress(b) && firstAddress(b) <= lastAddress(a)
}

function size(prefix: Prefix): number {
  return 2 ** (32 - prefix.bits)
}
