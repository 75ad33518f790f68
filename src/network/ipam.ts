import { Conflict, Unavailable } from '#lib/errors'
import type { Ipv4, Prefix } from '#linux'
import { firstAddress, formatPrefix, lastAddress, overlaps, parsePrefix } from './ipv4.ts'

/** Where networks without a subnet of their own get one: Docker's pools, in its order. */
export const DEFAULT_POOLS: readonly AddressPool[] = [
  ...Array.from({ length: 15 }, (_, at) => ({ base: parsePrefix(`172.${17 + at}.0.0/16`), bits: 16 })),
  { base: parsePrefix('192.168.0.0/16'), bits: 20 },
]

/** Subnets of `bits` length are cut from `base`. */
export interface AddressPool {
  readonly base: Prefix
  readonly bits: number
}

/**
 * The first subnet of the pools that meets nothing the host already has a way to. Pure.
 * @throws Unavailable where all are taken
 */
export function chooseSubnet(pools: readonly AddressPool[], taken: readonly Prefix[]): Prefix {
  for (const { base, bits } of pools) {
    for (let address = firstAddress(base); address <= lastAddress(base); address += 2 ** (32 - bits)) {
      const subnet = { address, bits }
      if (!taken.some(other => overlaps(subnet, other))) return subnet
    }
  }
  throw new Unavailable('all predefined address pools have been fully subnetted', {
    fix: 'remove networks or routes that are not needed',
  })
}

/**
 * Addresses of one subnet. The next one handed out comes after the last, so that an address rests as long as it can
 * before another container gets it (SAFETY S94).
 */
export class AddressAllocator {
  readonly #subnet: Prefix
  readonly #used: Set<Ipv4>
  #last: Ipv4

  /** `reserved` (the gateway) and what is in use are not handed out. */
  constructor(subnet: Prefix, reserved: readonly Ipv4[], inUse: readonly Ipv4[]) {
    this.#subnet = subnet
    this.#used = new Set([firstAddress(subnet), lastAddress(subnet), ...reserved, ...inUse])
    this.#last = Math.max(firstAddress(subnet), ...inUse)
  }

  /** @throws Conflict where the subnet is full */
  allocate(): Ipv4 {
    const first = firstAddress(this.#subnet)
    const count = lastAddress(this.#subnet) - first + 1
    for (let step = 1; step <= count; step++) {
      const address = first + ((this.#last - first + step) % count)
      if (this.#used.has(address)) continue
      this.#used.add(address)
      this.#last = address
      return address
    }
    throw new Conflict(`no available IPv4 addresses on this network's address pools: ${formatPrefix(this.#subnet)}`, {
      fix: 'remove containers, or use a network with a larger subnet',
    })
  }

  release(address: Ipv4): void {
    this.#used.delete(address)
  }
}
