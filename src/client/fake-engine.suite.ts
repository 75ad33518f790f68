import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { API_VERSION } from '#api'

export interface SeenRequest {
  /** `POST /v1.51/containers/create?name=x` */
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface FakeEngineOptions {
  /** What ping says; undefined for an engine that does not say. */
  readonly apiVersion?: string | undefined
  readonly answer?: (request: SeenRequest, response: ServerResponse) => void
  /** Takes over the connection of a request that asks for it. */
  readonly hijack?: (request: SeenRequest, socket: Socket) => void
}

/** An engine on a socket of its own, which answers what it is told and keeps what it was asked. */
export interface FakeEngine extends AsyncDisposable {
  readonly host: string
  /** Pings are not among them. */
  readonly seen: readonly SeenRequest[]
  readonly pings: readonly string[]
  readonly server: Server
}

export async function fakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-client-'))
  const seen: SeenRequest[] = []
  const pings: string[] = []
  const server = createServer(async (request, response) => {
    if (request.url === '/_ping') {
      pings.push(request.method ?? '')
      const version = 'apiVersion' in options ? options.apiVersion : API_VERSION
      if (version !== undefined) response.setHeader('Api-Version', version)
      response.end(request.method === 'HEAD' ? undefined : 'OK')
      return
    }
    const seenRequest = await see(request)
    seen.push(seenRequest)
    if (options.answer === undefined) response.end()
    else options.answer(seenRequest, response)
  })
  server.on('upgrade', async (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const seenRequest = await see(request)
    seen.push(seenRequest)
    if (head.length > 0) socket.unshift(head)
    options.hijack?.(seenRequest, socket)
  })
  const path = join(folder, 'engine.sock')
  await new Promise<void>(resolve => server.listen(path, resolve))
  return {
    host: `unix://${path}`,
    seen,
    pings,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

async function see(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return {
    line: `${request.method} ${request.url}`,
    headers: request.headers,
    body: Buffer.concat(chunks).toString('latin1'),
  }
}
