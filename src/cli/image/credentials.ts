import type { AuthConfig } from '#api'
import type { DockerConfig } from '#client'

const HUB = 'docker.io'
const HUB_KEY = 'https://index.docker.io/v1/'

export interface FoundCredentials {
  readonly auth: AuthConfig | undefined
  /** A program that keeps the credentials of this registry; they are not asked for. */
  readonly unaskedHelper: string | undefined
}

/** What config.json knows for the registry `domain`. */
export function credentialsFor(config: DockerConfig, domain: string): FoundCredentials {
  const key = domain === HUB ? HUB_KEY : domain
  const entry = config.auths?.[key] ?? Object.entries(config.auths ?? {}).find(([name]) => hostOf(name) === domain)?.[1]
  const helper = config.credHelpers?.[key] ?? config.credsStore ?? ''
  const auth = entry === undefined ? undefined : authOf(entry, key)
  const isKept = helper !== '' && (entry !== undefined || config.credHelpers?.[key] !== undefined) && auth === undefined
  return { auth, unaskedHelper: isKept ? `docker-credential-${helper}` : undefined }
}

function authOf(entry: NonNullable<DockerConfig['auths']>[string], serveraddress: string): AuthConfig | undefined {
  const [username = '', ...password] = Buffer.from(entry.auth ?? '', 'base64')
    .toString()
    .split(':')
  const auth = {
    username: entry.username ?? username,
    password: entry.password ?? password.join(':').replace(/\0+$/, ''),
    ...(entry.identitytoken === undefined ? {} : { identitytoken: entry.identitytoken }),
    ...(entry.registrytoken === undefined ? {} : { registrytoken: entry.registrytoken }),
    serveraddress,
  }
  const isEmpty =
    auth.username === '' && auth.password === '' && (entry.identitytoken ?? entry.registrytoken ?? '') === ''
  return isEmpty ? undefined : auth
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? ''
}
