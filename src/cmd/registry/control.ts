/** How `gantry registry collect` reaches the server that has the folder open: a socket in that folder. */
import { chmodSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import * as Type from 'typebox'
import { errorCode, errorText, SystemError, Unavailable } from '#lib/errors'
import { http } from '#lib/node-http'
import { recordParser } from '#meta'
import type { Collected, CollectOptions, RegistryStore, Retention } from '#registry/serve'

const SOCKET = 'control.sock'
const REQUEST_MAX = 4096
const ANSWER_MAX = 64 * 1024 * 1024

export interface CollectRequest {
  readonly dryRun: boolean
  readonly retention: Retention | undefined
}

const parseRequest = recordParser(
  Type.Object({
    dryRun: Type.Boolean(),
    retention: Type.Optional(
      Type.Object({ untagged: Type.Optional(Type.Number()), unreferenced: Type.Number(), uploads: Type.Number() }),
    ),
  }),
)

const parseCollected = recordParser(
  Type.Object({
    manifests: Type.Array(Type.String()),
    blobs: Type.Array(Type.String()),
    uploads: Type.Array(Type.String()),
    bytes: Type.Number(),
  }),
)

export type CollectedText = ReturnType<typeof parseCollected>

/** Takes requests to collect from whoever may enter the folder. The caller holds its lock. */
export async function listenControl(root: string, store: RegistryStore, usual: Retention): Promise<AsyncDisposable> {
  const path = join(root, SOCKET)
  rmSync(path, { force: true })
  const server = http.createServer((incoming, response) => {
    answer(store, usual, incoming).then(
      collected => send(response, 200, collected),
      (error: unknown) => send(response, 500, { message: errorText(error) }),
    )
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', error => reject(new SystemError(`cannot listen on ${path}: ${error.message}`, { cause: error })))
  server.listen(path, resolve)
  await promise
  chmodSync(path, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise(done => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Asks the server of `root`; undefined where none runs. */
export async function askToCollect(root: string, wanted: CollectRequest): Promise<CollectedText | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<CollectedText | undefined>()
  const call = http.request({ socketPath: join(root, SOCKET), method: 'POST', path: '/collect' }, response => {
    readAll(response, ANSWER_MAX).then(
      text => {
        if (response.statusCode === 200) resolve(parseCollected(JSON.parse(text)))
        else reject(new Unavailable(`the registry of ${root} refused: ${text}`))
      },
      (error: unknown) => reject(error),
    )
  })
  call.once('error', error => {
    if (['ENOENT', 'ECONNREFUSED'].includes(errorCode(error) ?? '')) resolve(undefined)
    else reject(new SystemError(`cannot ask the registry of ${root}: ${error.message}`, { cause: error }))
  })
  call.end(JSON.stringify(wanted))
  return await promise
}

async function answer(store: RegistryStore, usual: Retention, incoming: IncomingMessage): Promise<Collected> {
  const { dryRun, retention } = parseRequest(JSON.parse(await readAll(incoming, REQUEST_MAX)))
  const options: CollectOptions = {
    dryRun,
    retention: retention === undefined ? usual : { ...retention, untagged: retention.untagged },
  }
  return await store.collect(options)
}

async function readAll(stream: AsyncIterable<Buffer>, limit: number): Promise<string> {
  let text = ''
  for await (const chunk of stream) {
    text += chunk.toString()
    if (text.length > limit) throw new SystemError(`more than ${limit} bytes on the control socket`)
  }
  return text
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
