/** What a person proves who they are with. `wantsToken`: a token server is asked for one to keep in its place. */
export type Secret =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly wantsToken?: boolean }
  /** What `docker login` got from a token server in exchange for a password: a refresh token. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A token that the registry itself takes as it is. */
  | { readonly kind: 'registry-token'; readonly token: string }

/** A secret for one registry. It is shown to that registry and to the token server that it names, to nobody else. */
export interface Credentials {
  /** As it is written in references: `docker.io`, `host:5000`. */
  readonly registry: string
  readonly secret: Secret
}

export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}

/** What clients send along as they have it: some of it is there. */
export interface GivenCredentials {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly identityToken?: string | undefined
  readonly registryToken?: string | undefined
}

/** A token says more than a password beside it. */
export function secretOf({ username, password, identityToken, registryToken }: GivenCredentials): Secret | undefined {
  if (registryToken) return { kind: 'registry-token', token: registryToken }
  if (identityToken) return { kind: 'identity', token: identityToken }
  if (username || password) return { kind: 'basic', username: username ?? '', password: password ?? '' }
  return undefined
}
