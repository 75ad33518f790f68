import { chmodSync, chownSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Conflict, errorCode, Forbidden, InvalidArgument, SystemError } from '#lib/errors'

/** Where the API is to be reached. */
export type Host =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }

export interface TlsFiles {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface ListenOptions {
  /** Client certificates are asked for with it; without it TCP is refused unless `insecureTcp`. */
  readonly tls: TlsFiles | undefined
  /** The person said so in so many words. */
  readonly insecureTcp: boolean
}

const SOCKET_MODE = 0o660
const SOCKET_GROUP = 'docker'

/** `unix:///path`, `tcp://address:port`, a bare path. @throws InvalidArgument */
export function parseHost(text: string): Host {
  if (text.startsWith('unix://') || text.startsWith('/')) {
    const path = text.startsWith('/') ? text : text.slice('unix://'.length)
    if (!path.startsWith('/'))
      throw new InvalidArgument(`-H ${text}: a socket needs an absolute path`, { fix: 'use unix:///path/to/socket' })
    return { kind: 'unix', path }
  }
  const match = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[^:/]*):(\d{1,5})\/?$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) {
    throw new InvalidArgument(`-H ${text} is no address to listen on`, {
      fix: 'use unix:///path/to/socket or tcp://ADDRESS:PORT',
    })
  }
  const address = (match[1] ?? '').replace(/^\[|\]$/g, '')
  return { kind: 'tcp', address: address === '' ? '127.0.0.1' : address, port }
}

/** Something that listens; disposing of it ends that and removes its socket. */
export interface Listener extends AsyncDisposable {
  /** As a client would name it. */
  readonly host: string
}

/** Ends listening and every connection, those that were taken over from HTTP too. */
function closer(server: NetServer): () => Promise<void> {
  const sockets = new Set<Socket>()
  const remember = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  server.on('connection', remember)
  return async () => {
    const closed = new Promise(resolve => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
}

/** Begins to take connections for `app`. @throws Conflict (in use), Forbidden (TCP without client certificates) */
export async function listen(app: Server, host: Host, options: ListenOptions): Promise<Listener> {
  return host.kind === 'unix' ? await listenUnix(app, host.path) : await listenTcp(app, host, options)
}

async function listenUnix(app: Server, path: string): Promise<Listener> {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) await removeStale(path)
  const server = createServer({ allowHalfOpen: true }, socket => app.emit('connection', socket))
  const close = closer(server)
  await begin(server, `unix://${path}`, { path })
  chmodSync(path, SOCKET_MODE)
  const group = dockerGroup()
  if (group !== undefined) chownSync(path, 0, group)
  const { ino } = statSync(path)
  return {
    host: `unix://${path}`,
    [Symbol.asyncDispose]: async () => {
      // Another daemon may have its socket here by now.
      const isOurs = statSync(path, { throwIfNoEntry: false })?.ino === ino
      await close()
      if (isOurs) rmSync(path, { force: true })
    },
  }
}

/** A socket that nobody answers on is what a killed daemon left. @throws Conflict */
async function removeStale(path: string): Promise<void> {
  if (!statSync(path).isSocket()) {
    throw new Conflict(`${path} is there and is no socket`, {
      fix: 'remove it, or choose another path with -H unix://PATH',
    })
  }
  const answers = await new Promise<boolean>(resolve => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (answers) {
    throw new Conflict(`socket ${path} is in use: another daemon answers there`, {
      fix: 'stop it, or choose another path with -H unix://PATH',
    })
  }
  rmSync(path)
}

async function listenTcp(
  app: Server,
  { address, port }: Host & { kind: 'tcp' },
  options: ListenOptions,
): Promise<Listener> {
  if (options.tls === undefined && !options.insecureTcp) {
    throw new Forbidden(
      `-H tcp://${address}:${port} without client certificates gives root on this host to everyone who can reach it`,
      {
        fix: 'add --tlsverify --tlscacert CA --tlscert CERT --tlskey KEY, or say --insecure-tcp=i-understand',
      },
    )
  }
  const server =
    options.tls === undefined
      ? createServer({ allowHalfOpen: true }, socket => app.emit('connection', socket))
      : tlsServer(app, options.tls)
  const close = closer(server)
  await begin(server, `tcp://${address}:${port}`, { host: address, port })
  const bound = server.address() as AddressInfo
  return {
    host: `tcp://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    [Symbol.asyncDispose]: close,
  }
}

function tlsServer(app: Server, files: TlsFiles): NetServer {
  const read = (name: string, path: string) => {
    try {
      return readFileSync(path)
    } catch (error) {
      throw new InvalidArgument(`cannot read --${name} ${path}: ${errorCode(error) ?? String(error)}`, { cause: error })
    }
  }
  const server = createTlsServer(
    {
      ca: read('tlscacert', files.ca),
      cert: read('tlscert', files.cert),
      key: read('tlskey', files.key),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      allowHalfOpen: true,
    },
    socket => app.emit('connection', socket),
  )
  server.on('tlsClientError', () => {}) // Whoever has no certificate gets no answer.
  return server
}

function begin(
  server: NetServer,
  host: string,
  target: { path: string } | { host: string; port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      if (errorCode(error) === 'EADDRINUSE') {
        reject(
          new Conflict(`cannot listen on ${host}: address already in use`, {
            fix: 'stop what listens there, or choose another -H',
          }),
        )
      } else reject(new SystemError(`cannot listen on ${host}: ${error.message}`, { cause: error }))
    })
    server.listen(target, resolve)
  })
}

/** The id of the group that may use the socket beside root; undefined where this host has none. */
function dockerGroup(): number | undefined {
  try {
    const match = new RegExp(`^${SOCKET_GROUP}:[^:]*:(\\d+):`, 'm').exec(readFileSync('/etc/group', 'utf8'))
    return match === null ? undefined : Number(match[1])
  } catch {
    return undefined
  }
}
