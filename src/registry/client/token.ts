import { InvalidArgument, Unauthorized } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { printable, quoted } from '#lib/printable'
import { readBody } from './body.ts'
import { basicHeader, type Secret } from './credentials.ts'
import { type Endpoint, hostOf, mayBePlain, type RegistryConfig, STRICT_TLS, type TlsProfile } from './endpoint.ts'
import { type HttpClient, type HttpResponse, textBody } from './http.ts'
import { ERROR_BODY_MAX, type Subject, statusError } from './status.ts'
import type { Timing } from './timing.ts'

/** Bytes of a token server's answer (SAFETY S76). */
const TOKEN_BODY_MAX = 1024 * 1024

/** What a token is good for where its server does not say, and the least that is believed (token specification). */
const LIFE_MIN_SECONDS = 60

/** Longest life that is believed. */
const LIFE_MAX_SECONDS = 24 * 3600

export interface Token {
  readonly value: string
  /** Milliseconds. */
  readonly life: number
  /** A refresh token that came with it. */
  readonly identity: string | undefined
}

/** Where a registry sends one for a token. */
export interface TokenServer {
  readonly realm: URL
  readonly service: string
  readonly tls: TlsProfile
}

export interface TokenDeps {
  readonly http: HttpClient
  readonly timing: Timing
}

/**
 * The token server that a Bearer challenge names, if it may be asked. It will see a secret, so it must be spoken to with
 * TLS, unless the registry itself is spoken to without (S73).
 * @throws InvalidArgument
 */
export function tokenServer(
  endpoint: Endpoint,
  parameters: ReadonlyMap<string, string>,
  config: RegistryConfig,
): TokenServer {
  const text = parameters.get('realm') ?? ''
  const realm = URL.canParse(text) ? new URL(text) : undefined
  const refuse = (reason: string) =>
    new InvalidArgument(`${endpoint.registry} names the token server ${quoted(text)}: ${reason}`, {
      fix: 'no credentials were sent; tell who runs the registry',
    })
  if (realm === undefined) throw refuse('it is no URL')
  if (realm.username !== '' || realm.password !== '') throw refuse('it holds a user name')
  const plainRegistry = endpoint.scheme === 'http' || endpoint.tls.skipVerify
  if (realm.protocol !== 'https:' && !(realm.protocol === 'http:' && plainRegistry)) {
    throw refuse('it is not spoken to over HTTPS')
  }
  const ownHost = hostOf(realm.host) === hostOf(endpoint.authority)
  const tls = ownHost ? endpoint.tls : { ...STRICT_TLS, skipVerify: mayBePlain(realm.host, config) }
  return { realm, service: parameters.get('service') ?? '', tls }
}

/**
 * Asks for a token of `scopes`: with a refresh token by POST (OAuth 2), else by GET, with a password where there is one.
 * @throws Unauthorized where the server does not know the secret.
 */
export async function fetchToken(
  deps: TokenDeps,
  server: TokenServer,
  scopes: readonly string[],
  secret: Secret | undefined,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<Token> {
  const response = await ask(deps, server, scopes, secret, signal)
  const ok = response.status >= 200 && response.status < 300
  const body = await readBody(response, ok ? TOKEN_BODY_MAX : ERROR_BODY_MAX, deps.timing, signal)
  if (ok) return readToken(body, server)
  if (response.status >= 300 && response.status < 400) {
    throw new InvalidArgument(`token server ${where(server)} redirects: that is not followed with credentials`)
  }
  throw statusError(response, body, { ...subject, what: 'token', method: secret?.kind === 'identity' ? 'POST' : 'GET' })
}

async function ask(
  { http }: TokenDeps,
  { realm, service, tls }: TokenServer,
  scopes: readonly string[],
  secret: Secret | undefined,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  if (secret?.kind === 'identity') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: secret.token,
      service,
      scope: scopes.join(' '),
      client_id: 'gantry',
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return await http.send({ method: 'POST', url: realm, headers, body: textBody(form.toString()), tls, signal })
  }
  const url = new URL(realm)
  if (service !== '') url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  if (secret?.kind === 'basic' && secret.wantsToken === true) {
    url.searchParams.set('account', secret.username)
    url.searchParams.set('client_id', 'gantry')
    url.searchParams.set('offline_token', 'true')
  }
  const headers =
    secret?.kind === 'basic' ? { authorization: basicHeader(secret.username, secret.password) } : ({} as const)
  return await http.send({ method: 'GET', url, headers, tls, signal })
}

function readToken(body: Buffer, server: TokenServer): Token {
  const json = JsonValue.parse(body, `answer of token server ${where(server)}`, TOKEN_BODY_MAX)
  const value = json.member('token').string() || json.member('access_token').string()
  if (value === '')
    throw new Unauthorized(`token server ${where(server)}: authorization server did not include a token`)
  // Anything else would end the header, or begin another one.
  if (!/^[\x21-\x7e]+$/.test(value)) throw new Unauthorized(`token server ${where(server)}: the token is no token`)
  const seconds = Math.min(Math.max(json.member('expires_in').integer(), LIFE_MIN_SECONDS), LIFE_MAX_SECONDS)
  return { value, life: seconds * 1000, identity: json.member('refresh_token').string() || undefined }
}

function where({ realm }: TokenServer): string {
  return printable(realm.origin + realm.pathname)
}
