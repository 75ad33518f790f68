import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '#lib/log'
import { accessOf, authorize, FULL_ACCESS } from './auth/access.ts'
import type { Authenticator } from './auth/authenticator.ts'
import type { Rights } from './auth/rules.ts'
import type { Call } from './http/call.ts'
import { fail } from './http/fail.ts'
import { parsePath } from './http/path.ts'
import { Refusal } from './refusal.ts'
import type { Registry } from './registry.ts'
import { dispatch } from './routes/dispatch.ts'

export interface RegistryAppOptions {
  readonly registry: Registry
  /** Undefined: everybody may do everything. */
  readonly authenticator: Authenticator | undefined
  /** What those who are let in may do; undefined: everything. */
  readonly rights?: Rights
  readonly log: Logger
}

/** Answers the requests of the distribution protocol. */
export function createRegistryApp(options: RegistryAppOptions): RequestListener {
  return (request, response) => {
    const call = callOf(options, request, response)
    answer(options, call).catch((error: unknown) => fail(call, error))
  }
}

async function answer({ authenticator, rights }: RegistryAppOptions, call: Call): Promise<void> {
  call.response.setHeader('docker-distribution-api-version', 'registry/2.0')
  call.response.setHeader('x-content-type-options', 'nosniff')
  // Before anything else is looked at: a stranger learns nothing of what is here.
  const user = await authenticator?.check(call.request)
  const [path = ''] = (call.request.url ?? '').split('?', 1)
  const target = parsePath(path)
  if (target === undefined) throw new Refusal(404, 'UNSUPPORTED', 'no such path', { fix: 'paths begin with /v2/' })
  const access = user === undefined || rights === undefined ? FULL_ACCESS : accessOf(user, rights)
  authorize(access, target, call.method)
  await dispatch({ ...call, access }, target)
}

function callOf({ registry, log }: RegistryAppOptions, request: IncomingMessage, response: ServerResponse): Call {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  const url = request.url ?? ''
  const at = url.indexOf('?')
  return {
    registry,
    request,
    response,
    method: request.method ?? 'GET',
    query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)),
    signal: controller.signal,
    log,
    access: FULL_ACCESS,
  }
}
