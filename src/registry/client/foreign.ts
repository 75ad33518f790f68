import { GantryError, InvalidArgument } from '#lib/errors'
import type { Descriptor } from '#oci'
import { type Endpoint, STRICT_TLS } from './endpoint.ts'
import type { HttpResponse } from './http.ts'
import { type RegistryRequest, registryRequest, type TransportDeps } from './transport.ts'

/** Addresses of one layer that are tried. */
const URLS_MAX = 8

/**
 * Asks the addresses that a descriptor names for a layer that registries do not keep, one after another; undefined
 * where none has it. They were chosen by whoever made the image: they see a plain request, without credentials, headers
 * or certificates of the registry (SAFETY S72), and what they send is compared with the digest like everything else.
 */
export async function askUrls<T>(
  deps: TransportDeps,
  { urls }: Descriptor,
  request: Omit<RegistryRequest, 'to'>,
  signal: AbortSignal | undefined,
  read: (response: HttpResponse) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  for (const text of urls.slice(0, URLS_MAX)) {
    try {
      const url = parseUrl(text)
      const response = await registryRequest(deps, stranger(url), { ...request, to: url }, signal)
      return { value: await read(response) }
    } catch (error) {
      if (!(error instanceof GantryError)) throw error
      if (['cancelled', 'no-space', 'data-corrupt'].includes(error.kind)) throw error
    }
  }
  return undefined
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new InvalidArgument('a layer is to be had from what is no address')
  }
  return url
}

/** Somebody of whom nothing is known and who is told nothing. */
function stranger(url: URL): Endpoint {
  return {
    registry: '',
    scheme: url.protocol === 'http:' ? 'http' : 'https',
    authority: url.host,
    path: '',
    tls: STRICT_TLS,
    headers: {},
    capabilities: ['pull'],
    mirror: true,
    namespace: undefined,
  }
}
