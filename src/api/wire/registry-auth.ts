import { InvalidArgument } from '#lib/errors'
import { parseJson } from '../json/parse.ts'
import { writeJson } from '../json/write.ts'
import { readBody } from '../read/body.ts'
import { object, type Read, string } from '../schema.ts'

/** Header of pull, push, search and distribution requests. */
export const REGISTRY_AUTH_HEADER = 'X-Registry-Auth'

/** Credentials for one registry: the body of `POST /auth`, and of the header as base64. Never logged. */
export const AuthConfig = object('AuthConfig', {
  username: string(),
  password: string(),
  auth: string(),
  email: string(),
  serveraddress: string(),
  identitytoken: string(),
  registrytoken: string(),
})
export type AuthConfig = Read<typeof AuthConfig>

/** The answer of `POST /auth`. */
export interface AuthResponse {
  readonly IdentityToken: string
  readonly Status: string
}

export function encodeRegistryAuth(auth: AuthConfig): string {
  const base64 = Buffer.from(writeJson(auth, { escapeHtml: true })).toString('base64')
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}

/**
 * Reads the header in either alphabet of base64, padded or not; absent or empty means no credentials.
 * @throws InvalidArgument without a word of the content. Docker ignores a bad header where credentials are optional.
 */
export function decodeRegistryAuth(header: string | undefined): AuthConfig {
  if (header === undefined || header === '') return {}
  if (!/^[\w+/-]+={0,2}$/.test(header)) throw invalid('it is no base64')
  try {
    return readBody(AuthConfig, parseJson(Buffer.from(header, 'base64').toString())).value
  } catch (error) {
    throw invalid(error instanceof InvalidArgument ? error.message : 'it is no JSON')
  }
}

function invalid(reason: string): InvalidArgument {
  return new InvalidArgument(`invalid ${REGISTRY_AUTH_HEADER} header: ${reason}`)
}
