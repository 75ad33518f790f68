import type { RequestListener, Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, isIPv6 } from 'node:net'
import { Conflict, errorCode, SystemError } from '#lib/errors'
import { http } from '#lib/node-http'

export interface ListenAddress {
  readonly address: string
  readonly port: number
}

/** PEM. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

export interface ListenOptions {
  readonly certificate: ServerCertificate | undefined
  /** Milliseconds without a byte in either direction after which a connection ends. */
  readonly stall?: number
}

export interface RegistryListener extends AsyncDisposable {
  /** As it is written in references: `127.0.0.1:5000`. */
  readonly host: string
}

const STALL_MS = 120_000
const HEADERS_MS = 30_000
const HEADERS_BYTES_MAX = 16 * 1024
const CONNECTIONS_MAX = 4096

/** Begins to take connections. @throws Conflict (in use), SystemError */
export async function listenRegistry(
  app: RequestListener,
  { address, port }: ListenAddress,
  { certificate, stall = STALL_MS }: ListenOptions,
): Promise<RegistryListener> {
  const limits = {
    maxHeaderSize: HEADERS_BYTES_MAX,
    headersTimeout: HEADERS_MS,
    // A large layer on a slow line may take its time, as long as something moves.
    requestTimeout: 0,
    connectionsCheckingInterval: 1000,
  }
  const server: Server =
    certificate === undefined
      ? http.createServer(limits, app)
      : createTlsServer({ ...limits, ...certificate, minVersion: 'TLSv1.2' }, app)
  server.timeout = stall
  server.maxConnections = CONNECTIONS_MAX
  await begin(server, { address, port })
  const bound = server.address() as AddressInfo
  return {
    host: hostText(bound.address, bound.port),
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export function hostText(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`
}

async function begin(server: Server, { address, port }: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', error => {
    const host = hostText(address, port)
    if (errorCode(error) === 'EADDRINUSE') {
      const fix = 'stop what listens there, or choose another --listen'
      reject(new Conflict(`cannot listen on ${host}: address already in use`, { fix }))
    } else reject(new SystemError(`cannot listen on ${host}: ${error.message}`, { cause: error }))
  })
  server.listen({ host: address, port }, resolve)
  await promise
}
