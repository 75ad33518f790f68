/** What a daemon is told: flags, then keys of daemon.json, then defaults. Pure but for reading the file. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { errorText, InvalidArgument } from '#lib/errors'
import { LOG_LEVELS, type LogLevel } from '#lib/log'
import { nearest } from '#lib/nearest'
import { checkMirror } from '#registry'
import type { ListenAddress } from '#registry/serve'
import { parseListen } from '../registry/listen-address.ts'

export interface DaemonSettings {
  readonly dataRoot: string
  readonly execRoot: string
  readonly hosts: readonly string[]
  readonly pidfile: string | undefined
  readonly logLevel: LogLevel
  readonly defaultRuntime: string | undefined
  readonly insecureRegistries: readonly string[]
  /** Layers are mounted from their tars where the kernel can do that, or always unpacked into files. */
  readonly layers: 'auto' | 'unpacked'
  /** Where this engine's images are served as a registry. */
  readonly registryListen: ListenAddress | undefined
  /** Addresses with copies of Docker Hub. */
  readonly registryMirrors: readonly string[]
  /** Layers at the same time, of one pull and of one push. */
  readonly maxDownloads: number
  readonly maxUploads: number
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | undefined
  readonly insecureTcp: boolean
  /** Whether the host's control groups may be switched to fast moves. */
  readonly favourDynamicCgroups: boolean
}

export interface Roots {
  readonly dataRoot: string
  readonly execRoot: string
}

export const DEFAULT_ROOTS: Roots = { dataRoot: '/var/lib/gantry', execRoot: '/run/gantry' }
export const DEFAULT_CONFIG_FILE = '/etc/gantry/daemon.json'
const INSECURE_TCP_WORDS = 'i-understand'

type Value = string | number | boolean | readonly string[]

/** Every setting: its flag is its key with two dashes. */
const SETTINGS = {
  'data-root': 'string',
  'exec-root': 'string',
  hosts: 'list',
  pidfile: 'string',
  'log-level': 'string',
  'default-runtime': 'string',
  'insecure-registries': 'list',
  'storage-driver': 'string',
  'storage-opts': 'list',
  'registry-serve': 'string',
  'registry-mirrors': 'list',
  'max-concurrent-downloads': 'number',
  'max-concurrent-uploads': 'number',
  tlsverify: 'boolean',
  tlscacert: 'string',
  tlscert: 'string',
  tlskey: 'string',
  'insecure-tcp': 'string',
  'cgroup-favordynmods': 'boolean',
} as const satisfies Record<string, 'string' | 'list' | 'boolean' | 'number'>

/** Flags whose name is not their key's. */
const FLAG_NAMES: Readonly<Record<string, string>> = {
  hosts: 'host',
  'insecure-registries': 'insecure-registry',
  'storage-opts': 'storage-opt',
  'registry-serve': 'registry-listen',
  'registry-mirrors': 'registry-mirror',
}

/** @throws InvalidArgument listing everything that is wrong at once, with the nearest known name */
export function readSettings(args: readonly string[]): DaemonSettings {
  const { flags, configFile } = parseFlags(args)
  const file = readConfigFile(configFile)
  const both = [...flags.keys()].filter(key => file.has(key))
  if (both.length > 0) {
    const pairs = both.map(key => `${key}: (from flag: ${String(flags.get(key))}, from file: ${String(file.get(key))})`)
    throw new InvalidArgument(
      `the following directives are specified both as a flag and in the configuration file: ${pairs.join(', ')}`,
      { fix: 'say each in one place' },
    )
  }
  return settle(new Map([...file, ...flags]))
}

/** The settings of work on these roots that is not a daemon's: everything else as it is by default. */
export function settingsFor({ dataRoot, execRoot }: Roots): DaemonSettings {
  return settle(
    new Map([
      ['data-root', dataRoot],
      ['exec-root', execRoot],
    ]),
  )
}

function settle(values: ReadonlyMap<string, Value>): DaemonSettings {
  const text = (key: string) => {
    const value = values.get(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const list = (key: string) => {
    const value = values.get(key)
    return Array.isArray(value) ? value.map(String) : []
  }
  const execRoot = resolve(text('exec-root') ?? DEFAULT_ROOTS.execRoot)
  const hosts = list('hosts')
  return {
    dataRoot: resolve(text('data-root') ?? DEFAULT_ROOTS.dataRoot),
    execRoot,
    hosts: hosts.length > 0 ? hosts : [`unix://${execRoot}/gantry.sock`],
    pidfile: text('pidfile'),
    logLevel: parseLogLevel(text('log-level') ?? 'info'),
    defaultRuntime: text('default-runtime'),
    insecureRegistries: list('insecure-registries'),
    layers: parseStorage(text('storage-driver'), list('storage-opts')),
    registryListen: parseRegistryListen(text('registry-serve')),
    registryMirrors: list('registry-mirrors').map(checkMirror),
    maxDownloads: parseLimit(values, 'max-concurrent-downloads', 3),
    maxUploads: parseLimit(values, 'max-concurrent-uploads', 5),
    tls: parseTls(values.get('tlsverify') === true, text),
    insecureTcp: parseInsecureTcp(text('insecure-tcp')),
    favourDynamicCgroups: values.get('cgroup-favordynmods') !== false,
  }
}

function parseStorage(driver: string | undefined, options: readonly string[]): DaemonSettings['layers'] {
  if (driver !== undefined && driver !== 'overlay2') {
    throw new InvalidArgument(`storage driver ${driver} is not supported`, { fix: 'use overlay2, or leave it out' })
  }
  let layers: DaemonSettings['layers'] = 'auto'
  for (const option of options) {
    const value = /^layers=(.*)$/.exec(option)?.[1]
    if (value !== 'auto' && value !== 'unpacked') {
      throw new InvalidArgument(`storage option ${option} is not supported`, {
        fix: 'layers=auto and layers=unpacked are',
      })
    }
    layers = value
  }
  return layers
}

/** A number in the file, a text as a flag. */
function parseLimit(values: ReadonlyMap<string, Value>, key: string, usual: number): number {
  const value = values.get(key)
  if (value === undefined) return usual
  const limit = Number(value)
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new InvalidArgument(`invalid ${key}: ${String(value)}`, { fix: 'say a number from 1 on' })
}

function parseTls(verify: boolean, text: (key: string) => string | undefined): DaemonSettings['tls'] {
  const [ca, cert, key] = ['tlscacert', 'tlscert', 'tlskey'].map(text)
  if (!verify && ca === undefined && cert === undefined && key === undefined) return undefined
  if (ca === undefined || cert === undefined || key === undefined) {
    throw new InvalidArgument('--tlsverify needs a CA, a certificate and its key', {
      fix: 'add --tlscacert FILE --tlscert FILE --tlskey FILE',
    })
  }
  return { ca, cert, key }
}

function parseRegistryListen(text: string | undefined): ListenAddress | undefined {
  return text === undefined ? undefined : parseListen('registry-listen', text)
}

function parseInsecureTcp(words: string | undefined): boolean {
  if (words === undefined) return false
  if (words === INSECURE_TCP_WORDS) return true
  throw new InvalidArgument(`--insecure-tcp=${words} is not understood`, {
    fix: `say --insecure-tcp=${INSECURE_TCP_WORDS}`,
  })
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find(name => name === text)
  if (level === undefined)
    throw new InvalidArgument(`invalid logging level: ${text}`, { fix: `use one of ${LOG_LEVELS.join(', ')}` })
  return level
}

function parseFlags(args: readonly string[]): { flags: Map<string, Value>; configFile: string | undefined } {
  const options = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, kind]) => [
      FLAG_NAMES[key] ?? key,
      {
        type: kind === 'boolean' ? 'boolean' : 'string',
        multiple: kind === 'list',
        ...(key === 'hosts' ? { short: 'H' } : {}),
      } as const,
    ]),
  )
  const known = {
    ...options,
    'config-file': { type: 'string' } as const,
    debug: { type: 'boolean', short: 'D' } as const,
  }
  let values: Record<string, unknown>
  try {
    values = parseArgs({ args: [...args], options: known, allowPositionals: false, allowNegative: true }).values
  } catch (error) {
    const flag = /'--([^' ]+)/.exec(errorText(error))?.[1]
    const hint = flag === undefined ? undefined : nearest(flag, Object.keys(known))
    throw new InvalidArgument(
      errorText(error).split('. ')[0] ?? '',
      hint === undefined ? {} : { fix: `did you mean --${hint}?` },
    )
  }
  const flags = new Map<string, Value>()
  for (const key of Object.keys(SETTINGS)) {
    const value = values[FLAG_NAMES[key] ?? key]
    if (value !== undefined) flags.set(key, value as Value)
  }
  if (values['debug'] === true) flags.set('log-level', 'debug')
  return { flags, configFile: values['config-file'] as string | undefined }
}

function readConfigFile(path: string | undefined): Map<string, Value> {
  const file = path ?? DEFAULT_CONFIG_FILE
  if (path === undefined && !existsSync(file)) return new Map()
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new InvalidArgument(`cannot read configuration file ${file}: ${errorText(error)}`, { cause: error })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidArgument(`configuration file ${file} is no JSON object`)
  }
  const wrong = Object.entries(json).flatMap(([key, value]) => checkKey(key, value))
  if (wrong.length > 0) throw new InvalidArgument(`configuration file ${file}: ${wrong.join('; ')}`)
  return new Map(Object.entries(json).map(([key, value]) => [key, value as Value]))
}

function checkKey(key: string, value: unknown): string[] {
  if (!Object.hasOwn(SETTINGS, key)) {
    const hint = nearest(key, Object.keys(SETTINGS))
    return [
      `the following directives don't match any configuration option: ${key}${hint === undefined ? '' : ` (did you mean ${hint}?)`}`,
    ]
  }
  const kind = SETTINGS[key as keyof typeof SETTINGS]
  if (kind === 'list')
    return Array.isArray(value) && value.every(item => typeof item === 'string')
      ? []
      : [`${key} must be a list of strings`]
  const wanted = kind
  return typeof value === wanted ? [] : [`${key} must be a ${wanted}`]
}
