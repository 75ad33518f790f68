import { type AuthConfig, decodeRegistryAuth, REGISTRY_AUTH_HEADER } from '#api'
import type { RegistryCredentials } from '#image'
import type { ApiCall } from '../http/call.ts'

/** What a client sent along in X-Registry-Auth. @throws InvalidArgument */
export function readCredentials(call: ApiCall): RegistryCredentials | undefined {
  const header = call.headers[REGISTRY_AUTH_HEADER.toLowerCase()]
  return credentialsOf(decodeRegistryAuth(typeof header === 'string' ? header : undefined))
}

export function credentialsOf(auth: AuthConfig): RegistryCredentials | undefined {
  const { username, password, identitytoken, registrytoken } = { ...packed(auth), ...auth }
  const given = [username, password, identitytoken, registrytoken].some(value => value !== undefined && value !== '')
  if (!given) return undefined
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(identitytoken === undefined ? {} : { identityToken: identitytoken }),
    ...(registrytoken === undefined ? {} : { registryToken: registrytoken }),
  }
}

/** `auth` is user and password as in config.json; some clients send it as it stands there. */
function packed({ auth = '' }: AuthConfig): Pick<AuthConfig, 'username' | 'password'> {
  if (auth === '') return {}
  const [username = '', ...password] = Buffer.from(auth, 'base64').toString().split(':')
  return { username, password: password.join(':').replace(/\0+$/, '') }
}
