import { InvalidArgument, NotImplemented } from '#lib/errors'

export const DOCKER_SOCKET = 'unix:///var/run/docker.sock'
export const GANTRY_SOCKET = 'unix:///run/gantry/gantry.sock'
const DEFAULT_TCP_HOST = 'localhost'
const DEFAULT_TCP_PORT = 2375

/** Where an engine listens. `name` is what people see; it is the text in its full form. */
export type Host =
  | { readonly kind: 'unix'; readonly path: string; readonly name: string }
  | {
      readonly kind: 'tcp'
      readonly hostname: string
      readonly port: number
      /** Prefix of all paths, without a slash at the end. */
      readonly basePath: string
      readonly name: string
    }

/**
 * Reads a host as `--host` and DOCKER_HOST give it: `unix:///path`, `tcp://host:port/base`, or `host:port`.
 * @throws InvalidArgument in Docker's words; NotImplemented for `ssh://`, `npipe://` and `fd://`.
 */
export function parseHost(text: string): Host {
  const trimmed = text.trim()
  const match = /^([a-z]*):\/\/(.*)$/s.exec(trimmed)
  const [scheme, address] = match === null ? ['tcp', trimmed] : [match[1] ?? '', match[2] ?? '']
  switch (scheme) {
    case 'unix':
      return unixHost(address)
    case 'tcp':
      return tcpHost(address, trimmed)
    case 'ssh':
      throw new NotImplemented(`hosts over ssh are not supported: ${trimmed}`, {
        fix: 'forward the socket with "ssh -L /tmp/engine.sock:/run/gantry/gantry.sock" and use unix:///tmp/engine.sock',
      })
    case 'npipe':
    case 'fd':
      throw new NotImplemented(`hosts of the kind ${scheme}:// are not supported: ${trimmed}`, { fix: KINDS })
    default:
      throw invalid(trimmed)
  }
}

const KINDS = 'use unix:///path/to/socket or tcp://host:port'

function unixHost(address: string): Host {
  if (address.includes('://')) {
    throw new InvalidArgument(`invalid proto, expected unix: ${address}`, { fix: KINDS })
  }
  const path = address === '' ? '/var/run/docker.sock' : address
  return { kind: 'unix', path, name: `unix://${path}` }
}

function tcpHost(address: string, text: string): Host {
  if (address.includes('://')) throw new InvalidArgument(`invalid proto, expected tcp: ${address}`, { fix: KINDS })
  const url = URL.parse(`http://${withHostname(address)}`)
  if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') throw invalid(text)
  const explicit = /:(\d+)$/.exec(/^[^/]*/.exec(address)?.[0] ?? '')?.[1]
  const port = explicit === undefined ? DEFAULT_TCP_PORT : Number(explicit)
  const basePath = url.pathname.replace(/\/+$/, '')
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  return { kind: 'tcp', hostname, port, basePath, name: `tcp://${url.hostname}:${port}${basePath}` }
}

/** `:2375` and the empty address mean this host. */
function withHostname(address: string): string {
  return address === '' || address.startsWith(':') || address.startsWith('/') ? DEFAULT_TCP_HOST + address : address
}

function invalid(text: string): InvalidArgument {
  return new InvalidArgument(`invalid bind address format: ${text}`, { fix: KINDS })
}
