import { InvalidArgument, Unauthorized } from '#lib/errors'
import { parseChallenges } from './challenge.ts'
import { basicHeader, type Credentials, type Secret } from './credentials.ts'
import type { Endpoint, RegistryConfig } from './endpoint.ts'
import type { Subject } from './status.ts'
import { fetchToken, type Token, type TokenDeps, type TokenServer, tokenServer } from './token.ts'

/** What is asked of a repository: `repository:library/busybox:pull`. */
export interface Scope {
  readonly repository: string
  readonly actions: readonly ('pull' | 'push' | 'delete')[]
  /** Another repository out of which a blob is to be mounted: it has to be readable too. */
  readonly from?: string
}

/** How an endpoint wants to be spoken to, as it told with its last refusal. */
type Scheme = { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly server: TokenServer }

interface CachedToken {
  readonly token: Promise<Token>
  /** When it was asked for: its life is counted from there. */
  readonly since: number
}

/** Part of a token's life after which a new one is fetched: the clocks of two machines never agree. */
const LIFE_USED = 0.9

/**
 * The Authorization headers of one session. Nothing is sent before a server asks for it; then the way it asks for is
 * remembered for its other repositories. Tokens are kept by server and scope and fetched once, however many requests
 * wait for one. A secret goes only to the registry that it belongs to, and to that registry's token server.
 */
export class Authorizer {
  readonly #deps: TokenDeps
  readonly #config: RegistryConfig
  readonly #credentials: Credentials | undefined
  readonly #schemes = new Map<string, Scheme>()
  readonly #tokens = new Map<string, CachedToken>()
  #identityToken: string | undefined

  constructor(deps: TokenDeps, config: RegistryConfig, credentials: Credentials | undefined) {
    this.#deps = deps
    this.#config = config
    this.#credentials = credentials
  }

  /** What a token server gave to be kept in a password's place. */
  get identityToken(): string | undefined {
    return this.#identityToken
  }

  /** The header for a request that `endpoint` has not refused yet; undefined where none is known to be wanted. */
  async header(
    endpoint: Endpoint,
    scope: Scope,
    subject: Subject,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const secret = this.#secretFor(endpoint)
    if (secret?.kind === 'registry-token') return `Bearer ${secret.token}`
    const scheme = this.#schemes.get(keyOf(endpoint))
    return scheme === undefined ? undefined : await this.#headerFor(scheme, secret, scope, subject, signal)
  }

  /**
   * The header to try again with, after `endpoint` refused a request that was sent with `used`; undefined where there
   * is nothing else to try.
   */
  async challenged(
    endpoint: Endpoint,
    scope: Scope,
    challenge: string,
    used: string | undefined,
    subject: Subject,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const secret = this.#secretFor(endpoint)
    if (secret?.kind === 'registry-token') return undefined
    const scheme = this.#readScheme(endpoint, challenge)
    if (scheme === undefined) return undefined
    this.#schemes.set(keyOf(endpoint), scheme)
    if (scheme.kind === 'bearer' && used !== undefined) await this.#forget(scheme.server, scope, used)
    const header = await this.#headerFor(scheme, secret, scope, subject, signal)
    return header === used ? undefined : header
  }

  #readScheme(endpoint: Endpoint, header: string): Scheme | undefined {
    for (const { scheme, parameters } of parseChallenges(header)) {
      if (scheme === 'bearer') return { kind: 'bearer', server: tokenServer(endpoint, parameters, this.#config) }
      if (scheme === 'basic') return { kind: 'basic' }
    }
    return undefined
  }

  async #headerFor(
    scheme: Scheme,
    secret: Secret | undefined,
    scope: Scope,
    subject: Subject,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    switch (scheme.kind) {
      case 'basic':
        if (secret?.kind === 'basic') return basicHeader(secret.username, secret.password)
        if (subject.action === 'login') throw new Unauthorized(`${subject.registry}: no basic auth credentials`)
        throw new Unauthorized(`${subject.reference} at ${subject.registry}: no basic auth credentials`, {
          fix: `log in to ${subject.registry} with docker login`,
        })
      case 'bearer':
        return `Bearer ${(await this.#token(scheme.server, secret, scope, subject, signal)).value}`
    }
  }

  async #token(
    server: TokenServer,
    secret: Secret | undefined,
    scope: Scope,
    subject: Subject,
    signal: AbortSignal | undefined,
  ): Promise<Token> {
    const key = tokenKey(server, scope)
    const now = this.#deps.timing.now()
    const cached = this.#tokens.get(key)
    if (cached !== undefined) {
      // Another request's failure to get a token, or its cancellation, is not ours.
      const token = await cached.token.catch(() => undefined)
      if (token !== undefined && now - cached.since < token.life * LIFE_USED) return token
      if (this.#tokens.get(key) === cached) this.#tokens.delete(key)
      return await this.#token(server, secret, scope, subject, signal)
    }
    const token = fetchToken(this.#deps, server, scopeTexts(scope), secret, subject, signal)
    this.#tokens.set(key, { token, since: now })
    try {
      const fetched = await token
      this.#identityToken = fetched.identity ?? this.#identityToken
      return fetched
    } catch (error) {
      if (this.#tokens.get(key)?.token === token) this.#tokens.delete(key)
      throw error
    }
  }

  /** The token that was refused is not used again; one that came after it is. */
  async #forget(server: TokenServer, scope: Scope, used: string): Promise<void> {
    const key = tokenKey(server, scope)
    const cached = this.#tokens.get(key)
    const token = await cached?.token.catch(() => undefined)
    if (`Bearer ${token?.value}` === used && this.#tokens.get(key) === cached) this.#tokens.delete(key)
  }

  #secretFor(endpoint: Endpoint): Secret | undefined {
    if (endpoint.mirror || endpoint.registry !== this.#credentials?.registry) return undefined
    return this.#credentials.secret
  }
}

/** @throws InvalidArgument for a name that would ask for more than itself. */
function scopeTexts({ repository, actions, from }: Scope): readonly string[] {
  for (const name of [repository, from ?? '']) {
    if (/[\s:,]/.test(name)) throw new InvalidArgument(`invalid repository name: ${JSON.stringify(name)}`)
  }
  if (repository === '') return []
  const own = `repository:${repository}:${actions.join(',')}`
  return from === undefined ? [own] : [own, `repository:${from}:pull`]
}

function tokenKey(server: TokenServer, scope: Scope): string {
  return `${server.realm.href} ${server.service} ${scopeTexts(scope).join(' ')}`
}

function keyOf(endpoint: Endpoint): string {
  return `${endpoint.scheme}://${endpoint.authority}`
}
