import { GantryError, InvalidArgument, Unavailable } from '#lib/errors'
import { quoted } from '#lib/printable'
import type { Authorizer, Scope } from './authorizer.ts'
import { discard, readBody } from './body.ts'
import { type Endpoint, STRICT_TLS } from './endpoint.ts'
import { RegistryUnavailable } from './failure.ts'
import type { HttpClient, HttpResponse, Method, RequestBody } from './http.ts'
import { requestText } from './http-error.ts'
import { ERROR_BODY_MAX, type Subject, statusError } from './status.ts'
import type { Timing } from './timing.ts'

/** As Go's client. */
const REDIRECTS_MAX = 10

export interface RegistryRequest {
  readonly method: Method
  /**
   * Below the endpoint's path: `library/busybox/manifests/1`, made of parsed names only. Or a whole address that the
   * registry gave, which is treated as a redirect to it.
   */
  readonly to: string | URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: RequestBody
  readonly scope: Scope
  readonly subject: Subject
  /** Answers beside 2xx that the caller wants to see. */
  readonly accept?: readonly number[]
}

export interface TransportDeps {
  readonly http: HttpClient
  readonly timing: Timing
  readonly authorizer: Authorizer
}

/**
 * One request to one endpoint, with what the endpoint demands before it answers: a token, a password, a detour. The
 * answer is a success (2xx) whose body the caller must read or discard.
 *
 * A redirect leads to somebody else: credentials, the endpoint's own headers and client certificate stay with the
 * endpoint's own origin, HTTPS is not left for HTTP, and what the other one demands is not given (S72).
 *
 * @throws the meaning of any other answer; RegistryUnavailable where another try may help.
 */
export async function registryRequest(
  deps: TransportDeps,
  endpoint: Endpoint,
  request: RegistryRequest,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const { authorizer } = deps
  const { scope, subject } = request
  const used = await authorizer.header(endpoint, scope, subject, signal)
  const first = await follow(deps, endpoint, request, used, signal)
  const challenge = first.header('www-authenticate')
  if (first.status === 401 && challenge !== undefined && isOwn(endpoint, first.url)) {
    const next = await authorizer.challenged(endpoint, scope, challenge, used, subject, signal).catch(async error => {
      await discard(first)
      throw error
    })
    if (next !== undefined) {
      await discard(first)
      return await success(deps, endpoint, request, await follow(deps, endpoint, request, next, signal), signal)
    }
  }
  return await success(deps, endpoint, request, first, signal)
}

/** The URL of `request` at `endpoint`. */
export function urlOf(endpoint: Endpoint, path: string): URL {
  const url = new URL(`${endpoint.scheme}://${endpoint.authority}${endpoint.path}/${path}`)
  if (endpoint.namespace !== undefined) url.searchParams.set('ns', endpoint.namespace)
  return url
}

async function follow(
  { http }: TransportDeps,
  endpoint: Endpoint,
  request: RegistryRequest,
  authorization: string | undefined,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  let url = typeof request.to === 'string' ? urlOf(endpoint, request.to) : request.to
  let own = isOwn(endpoint, url)
  for (let redirects = 0; ; redirects++) {
    const headers = {
      ...request.headers,
      ...(own && endpoint.headers),
      ...(own && authorization !== undefined && { authorization }),
    }
    const tls = own ? endpoint.tls : STRICT_TLS
    const sent = http.send({ ...request, url, headers, tls, signal })
    const response = await (own ? sent : sent.catch(elsewhere))
    const location = isRedirect(response.status, request.method) ? response.header('location') : undefined
    if (location === undefined) return response
    await discard(response)
    if (redirects >= REDIRECTS_MAX) {
      throw new InvalidArgument(`${requestText(request.method, url)}: stopped after ${REDIRECTS_MAX} redirects`)
    }
    url = addressGiven(endpoint, request.method, url, location)
    // Whoever was led away comes back without credentials: the way was chosen by somebody else.
    own &&= isOwn(endpoint, url)
  }
}

/** Another host that cannot be reached says nothing about this endpoint: the next one would lead to the same place. */
function elsewhere(error: unknown): never {
  if (!(error instanceof RegistryUnavailable)) throw error
  const details = { cause: error, ...(error.fix !== undefined && { fix: error.fix }) }
  if (error.trouble === 'endpoint') throw new Unavailable(error.message, details)
  throw new RegistryUnavailable('broken', error.message, details)
}

/**
 * The address that an answer names as the next one.
 * @throws InvalidArgument where it leaves HTTPS, or is none
 */
export function addressGiven(endpoint: Endpoint, method: string, from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const allowed = to?.protocol === 'https:' || (to?.protocol === 'http:' && endpoint.scheme === 'http')
  if (to === undefined || !allowed) {
    throw new InvalidArgument(`${requestText(method, from)}: redirect to ${quoted(location)} is not followed`, {
      fix: 'only HTTPS is followed from a registry that is spoken to over HTTPS',
    })
  }
  to.username = ''
  to.password = ''
  return to
}

/** What is no success is thrown. */
async function success(
  deps: TransportDeps,
  endpoint: Endpoint,
  { method, subject, accept }: RegistryRequest,
  response: HttpResponse,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const { status, url } = response
  if ((status >= 200 && status < 300) || accept?.includes(status)) return response
  const body = await readBody(response, ERROR_BODY_MAX, deps.timing, signal).catch((error: unknown) => {
    // An error that is itself too long or broken does not hide what the status says.
    if (error instanceof GantryError && error.kind === 'cancelled') throw error
    return Buffer.alloc(0)
  })
  if (isOwn(endpoint, url) || status >= 500 || status === 429) throw statusError(response, body, { ...subject, method })
  // A place that somebody else was to serve: its leave may have run out, the registry will give another one.
  throw new RegistryUnavailable('broken', `${requestText(method, url)}: received unexpected HTTP status: ${status}`)
}

function isOwn(endpoint: Endpoint, url: URL): boolean {
  return url.origin === new URL(`${endpoint.scheme}://${endpoint.authority}`).origin
}

/** With a body only what says that the body goes along. */
function isRedirect(status: number, method: Method): boolean {
  return (method === 'GET' || method === 'HEAD' ? [301, 302, 303, 307, 308] : [307, 308]).includes(status)
}
