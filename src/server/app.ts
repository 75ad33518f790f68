import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { API_VERSION, splitVersion, supportedVersion, writeJson } from '#api'
import { errorCode, Forbidden, InvalidArgument, NotFound } from '#lib/errors'
import type { Logger } from '#lib/log'
import { http } from '#lib/node-http'
import { readRest } from '#lib/read-rest'
import type { Backends } from './backends.ts'
import { wireError } from './errors.ts'
import { ApiCall } from './http/call.ts'
import { rememberUpgrade } from './http/hijack.ts'
import { refuseHead } from './http/refuse-head.ts'
import type { Route } from './http/route.ts'
import { containerFileRoutes } from './routes/container-files.ts'
import { containerRoutes } from './routes/containers.ts'
import { execRoutes } from './routes/execs.ts'
import { imageRoutes } from './routes/images.ts'
import { networkRoutes } from './routes/networks.ts'
import { refusedRoutes } from './routes/refused.ts'
import { registryRoutes } from './routes/registries.ts'
import { systemRoutes } from './routes/system.ts'

export interface AppOptions {
  readonly backends: Backends
  readonly log: Logger
  /** The engine's own version. */
  readonly version: string
  /** How long a client may take for the head of a request. */
  readonly headMaxMs?: number
}

/** A connection may be idle for this long between requests; clients keep theirs for minutes. */
const KEEP_ALIVE_MS = 5 * 60_000
/** Request heads beyond this are an attack. */
const HEAD_MAX_BYTES = 64 * 1024
/** A head comes in one piece or nearly so; whoever dribbles it holds connections open. */
const HEAD_MAX_MS = 30_000

/** So much of an address that cannot be read is told back. */
const SHOWN_URL_MAX = 100

/** The version that a client put before the path; the path itself goes on without it. */
const VERSIONS = new WeakMap<object, string | undefined>()

/** The Engine API over HTTP, not yet listening anywhere: `app.server` takes connections. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 4096 },
    rewriteUrl: takeVersion,
    serverFactory: handler => serverFor(handler, options),
    frameworkErrors: (error, request, reply) => {
      commonHeaders(reply.raw, options.version)
      sendError(reply, unroutable(error, request.raw.url ?? ''))
    },
    clientErrorHandler: refuseHead,
  })
  // Bodies are read by the routes, which know how large they may be.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', async (request, reply) => {
    commonHeaders(reply.raw, options.version)
    refuseBrowsers(request.raw)
  })
  for (const route of allRoutes(options)) addRoute(app, route, options.log)
  app.setNotFoundHandler((_request, reply) => sendError(reply, new NotFound('page not found')))
  app.setErrorHandler((error, _request, reply) => sendError(reply, error))
  await app.ready()
  return app
}

function allRoutes({ backends }: AppOptions): Route[] {
  return [
    ...systemRoutes(backends),
    ...containerRoutes(backends),
    ...execRoutes(backends),
    ...containerFileRoutes(backends),
    ...imageRoutes(backends),
    ...registryRoutes(backends),
    ...networkRoutes(backends),
    ...refusedRoutes(),
  ]
}

function serverFor(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  { log, headMaxMs = HEAD_MAX_MS }: AppOptions,
) {
  const server = http.createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEAD_MAX_BYTES,
      requestTimeout: 0,
      headersTimeout: headMaxMs,
      connectionsCheckingInterval: headMaxMs,
      requireHostHeader: false, // Its refusal has no body; refuseBrowsers asks for the header.
    },
    handler,
  )
  // Node looks after slow connections from this event on, which never comes where others listen for the server.
  server.emit('listening')
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
    sendRawError(response, new InvalidArgument('the Expect header asks for what is not done here'), log),
  )
  // attach and exec ask for an upgrade: they take the same way as every request, and take the connection there.
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => {})
    const response = new http.ServerResponse(request)
    response.assignSocket(request.socket)
    response.once('finish', () => request.socket.end())
    rememberUpgrade(request, { stream, head })
    handler(request, response)
  })
  return server
}

function takeVersion(request: { readonly url?: string | undefined }): string {
  const { version, path } = splitVersion(request.url ?? '/')
  VERSIONS.set(request, version)
  return path
}

/**
 * Browsers say where a page came from, and which name they looked up: neither has any business here, and a web page
 * must not drive the engine (SAFETY S83). Names in `Host` are refused on TCP without certificates only.
 */
function refuseBrowsers(request: IncomingMessage): void {
  if (request.headers.origin !== undefined) throw new Forbidden('requests of web pages (Origin) are refused')
  if (request.headers.host === undefined && request.httpVersion !== '1.0')
    throw new InvalidArgument('missing required Host header')
  const isPlainTcp = request.socket.remoteAddress !== undefined && !('encrypted' in request.socket)
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  if (isPlainTcp && name !== 'localhost' && isIP(name) === 0) {
    throw new Forbidden(`Host ${JSON.stringify(name)} is refused`, { fix: 'reach the engine by its address' })
  }
}

function commonHeaders(response: ServerResponse, version: string): void {
  response.setHeader('Api-Version', API_VERSION)
  response.setHeader('Docker-Experimental', 'false')
  response.setHeader('Ostype', 'linux')
  response.setHeader('Server', `Gantry/${version} (linux)`)
}

function addRoute(app: FastifyInstance, route: Route, log: Logger): void {
  app.route({
    method: route.method,
    url: route.path,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      reply.hijack()
      try {
        await route.handle(callOf(request, reply, log))
      } catch (error) {
        sendRawError(reply.raw, error, log)
      }
    },
  })
}

/** What keeps a request from any route: of its address. */
function unroutable(error: Error, url: string): InvalidArgument {
  const reason = errorCode(error) === 'FST_ERR_MAX_PARAM_LENGTH' ? 'a name in it is too long' : 'it is badly encoded'
  return new InvalidArgument(`invalid request path ${JSON.stringify(url.slice(0, SHOWN_URL_MAX))}: ${reason}`)
}

function callOf(request: FastifyRequest, reply: FastifyReply, log: Logger): ApiCall {
  const version = supportedVersion(VERSIONS.get(request.raw))
  const url = request.raw.url ?? ''
  const at = url.indexOf('?')
  return new ApiCall({
    request: request.raw,
    response: reply.raw,
    version,
    params: request.params as Record<string, string>,
    query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)),
    log,
  })
}

/** Before anything was sent the error is the answer; afterwards all that is left is to break off. */
function sendRawError(response: ServerResponse, error: unknown, log: Logger): void {
  const { status, message } = wireError(error)
  if (status >= 500) log.error(message, { stack: error instanceof Error && status === 500 ? error.stack : undefined })
  if (response.headersSent || response.socket === null) {
    response.destroy()
    return
  }
  if (status === 304) {
    response.writeHead(status).end()
    return
  }
  const text = `${writeJson({ message })}\n`
  readRest(response)
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    .end(text)
}

function sendError(reply: FastifyReply, error: unknown): void {
  const { status, message } = wireError(error)
  readRest(reply.raw)
  // As bytes: text would be given a charset, which Docker's answers have not.
  void reply
    .code(status)
    .type('application/json')
    .send(Buffer.from(`${writeJson({ message })}\n`))
}
