import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Read, readBody, schema } from '#api'
import { errorCode, errorText, InvalidArgument } from '#lib/errors'
import { replaceFile } from './replace-file.ts'

const { list, map, object, string } = schema

const ProxySettings = object('ProxySettings', {
  httpProxy: string(),
  httpsProxy: string(),
  noProxy: string(),
  ftpProxy: string(),
  allProxy: string(),
})

const StoredAuth = object('StoredAuth', {
  /** `user:password` as base64. */
  auth: string(),
  username: string(),
  password: string(),
  email: string(),
  serveraddress: string(),
  identitytoken: string(),
  registrytoken: string(),
})

/** The keys of config.json that mean something to a command. All others are kept as they are. */
const DockerConfig = object('DockerConfig', {
  /** By registry; Docker Hub is `https://index.docker.io/v1/`. */
  auths: map(StoredAuth),
  HttpHeaders: map(string()),
  psFormat: string(),
  imagesFormat: string(),
  networksFormat: string(),
  pluginsFormat: string(),
  volumesFormat: string(),
  statsFormat: string(),
  detachKeys: string(),
  credsStore: string(),
  credHelpers: map(string()),
  serviceInspectFormat: string(),
  servicesFormat: string(),
  tasksFormat: string(),
  secretFormat: string(),
  configFormat: string(),
  nodesFormat: string(),
  pruneFilters: list(string()),
  /** By host of the engine, or `default`. */
  proxies: map(ProxySettings),
  currentContext: string(),
  cliPluginsExtraDirs: list(string()),
  plugins: map(map(string())),
  aliases: map(string()),
  features: map(string()),
})
export type DockerConfig = Read<typeof DockerConfig>

export interface ConfigFile {
  readonly path: string
  readonly settings: DockerConfig
  /** All of the file, for writing it back. */
  readonly content: Readonly<Record<string, unknown>>
}

/**
 * Reads config.json of `folder`; a file that does not exist, or is empty, is an empty config.
 * @throws InvalidArgument naming the file where it does not parse or holds a value of the wrong type.
 */
export function readConfigFile(folder: string): ConfigFile {
  const path = join(folder, 'config.json')
  const text = readIfThere(path)
  if (text.trim() === '') return { path, settings: {}, content: {} }
  try {
    const content: unknown = JSON.parse(text, keepNumbers)
    const settings = readBody(DockerConfig, content, 'setting').value
    return { path, settings, content: Object(content) }
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'it is not valid JSON' : errorText(cause)
    throw new InvalidArgument(`parsing config file (${path}): ${reason}`, {
      fix: 'correct the file, or move it away to start with an empty one',
      cause,
    })
  }
}

/**
 * Writes `changes` into the file and keeps everything else, unknown keys too; undefined removes a key. The file is
 * replaced at once (a link stays a link), with its mode kept, or 0600 for a new one: it may hold credentials.
 */
export function writeConfigFile(
  file: ConfigFile,
  changes: { readonly [K in keyof DockerConfig]?: DockerConfig[K] | undefined },
): void {
  const changed = new Set(Object.keys(changes).map(key => key.toLowerCase()))
  const kept = Object.entries(file.content).filter(([key]) => !changed.has(key.toLowerCase()))
  const added = Object.entries(changes).filter(([, value]) => value !== undefined)
  replaceFile(file.path, `${JSON.stringify(Object.fromEntries([...kept, ...added]), undefined, '\t')}\n`)
}

/** A number that JavaScript would write otherwise stays as it stands. */
function keepNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  return typeof value === 'number' && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}
