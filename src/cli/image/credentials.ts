import type { AuthConfig } from '#api'
import type { ConfigFile, DockerConfig } from '#client'
import { writeConfigFile } from '#client'
import { errorText } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { own } from '../flags/own.ts'
import type { Host } from '../program/context.ts'

const HUB = 'docker.io'
const HUB_NAMES: readonly string[] = [HUB, 'index.docker.io', 'registry-1.docker.io']

/** Docker Hub's key in config.json. */
export const HUB_KEY = 'https://index.docker.io/v1/'

/** What a helper says where it keeps nothing for a registry. */
const NOTHING_KEPT = /credentials not found in native keychain|no credentials server URL/
/** The user name under which helpers keep a token in the place of a password. */
const TOKEN_USER = '<token>'
const HELPER_BYTES_MAX = 1024 * 1024

type Helpers = Pick<Host, 'runCredentialProgram'>

/** The key of a registry: its host; scheme and path that people type are left out. */
export function keyOf(server: string): string {
  const host = hostOf(server)
  return host === '' || HUB_NAMES.includes(host) ? HUB_KEY : host
}

/** The program that keeps what belongs to `key`; '' where config.json does. */
export function helperOf({ credHelpers, credsStore }: DockerConfig, key: string): string {
  return own(credHelpers ?? {}, key) ?? own(credHelpers ?? {}, hostOf(key)) ?? credsStore ?? ''
}

/** What is known for the registry `domain`, by its helper or in config.json. @throws SystemError of a helper */
export async function credentialsFor(
  host: Helpers,
  config: DockerConfig,
  domain: string,
): Promise<AuthConfig | undefined> {
  const key = keyOf(domain)
  const helper = helperOf(config, key)
  if (helper !== '') return await fromHelper(host, helper, key)
  const auths = config.auths ?? {}
  const entry = own(auths, key) ?? Object.entries(auths).find(([name]) => keyOf(name) === key)?.[1]
  return entry === undefined ? undefined : authOf(entry, key)
}

/** Keeps credentials where config.json says. */
export async function keepCredentials(host: Helpers, file: ConfigFile, auth: AuthConfig): Promise<void> {
  const { username = '', password = '', identitytoken = '', serveraddress: key = '' } = auth
  const helper = helperOf(file.settings, key)
  if (helper !== '') {
    const [Username, Secret] = identitytoken === '' ? [username, password] : [TOKEN_USER, identitytoken]
    const input = JSON.stringify({ ServerURL: key, Username, Secret })
    await host.runCredentialProgram({ name: helper, verb: 'store', input })
    writeConfigFile(file, { auths: { ...file.settings.auths, [key]: {} } })
    return
  }
  const packed = Buffer.from(`${username}:${identitytoken === '' ? password : ''}`).toString('base64')
  const entry = { auth: packed, ...(identitytoken === '' ? {} : { identitytoken }) }
  writeConfigFile(file, { auths: { ...file.settings.auths, [key]: entry } })
}

/** Forgets what is kept for a registry. @returns false where there is nothing */
export async function forgetCredentials(host: Helpers, file: ConfigFile, key: string): Promise<boolean> {
  const auths = file.settings.auths ?? {}
  const helper = helperOf(file.settings, key)
  const kept = Object.keys(auths).filter(name => keyOf(name) === key)
  if (kept.length === 0 && (helper === '' || (await fromHelper(host, helper, key)) === undefined)) return false
  if (helper !== '') await host.runCredentialProgram({ name: helper, verb: 'erase', input: key })
  writeConfigFile(file, { auths: Object.fromEntries(Object.entries(auths).filter(([name]) => !kept.includes(name))) })
  return true
}

async function fromHelper(host: Helpers, name: string, key: string): Promise<AuthConfig | undefined> {
  let text: string
  try {
    text = await host.runCredentialProgram({ name, verb: 'get', input: key })
  } catch (error) {
    if (NOTHING_KEPT.test(errorText(error))) return undefined
    throw error
  }
  const json = JsonValue.parse(Buffer.from(text), `answer of docker-credential-${name}`, HELPER_BYTES_MAX)
  const username = json.member('Username').string()
  const secret = json.member('Secret').string()
  if (username === TOKEN_USER) return { identitytoken: secret, serveraddress: key }
  return { username, password: secret, serveraddress: key }
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
