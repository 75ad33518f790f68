import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import { Agent, type Dispatcher } from 'undici'
import type { TlsProfile } from './endpoint.ts'
import type { Timing } from './timing.ts'

/** Connections to one host at once. */
const CONNECTIONS_MAX = 16

/** Connections for requests with one idea of TLS. */
export function createAgent(tls: TlsProfile, timing: Timing): Dispatcher {
  return new Agent({
    connections: CONNECTIONS_MAX,
    connect: {
      timeout: timing.connect,
      rejectUnauthorized: !tls.skipVerify,
      lookup,
      ...(tls.ca.length > 0 && { ca: [...rootCertificates, ...tls.ca] }),
      ...(tls.client && { cert: tls.client.cert, key: tls.client.key }),
    },
  })
}

/** `localhost` is this machine, whatever the resolver says: plain HTTP is spoken to it (S74). */
const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== 'localhost') systemLookup(hostname, options, callback)
  else if (options.all) {
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ])
  } else callback(null, '127.0.0.1', 4)
}
