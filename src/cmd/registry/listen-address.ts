import { isIP } from 'node:net'
import { InvalidArgument } from '#lib/errors'
import type { ListenAddress } from '#registry/serve'

/** `ADDRESS:PORT`; without an address, all of them. @throws InvalidArgument naming the flag */
export function parseListen(flag: string, text: string): ListenAddress {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]*):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) {
    throw new InvalidArgument(`--${flag} ${text} is no address`, { fix: 'use ADDRESS:PORT, such as 127.0.0.1:5000' })
  }
  const address = (match[1] ?? '').replace(/^\[|\]$/g, '')
  return { address: address === '' ? '0.0.0.0' : address, port }
}

export function isLoopbackAddress(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
