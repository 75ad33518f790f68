/** What `gantry registry serve` and `collect` are told. Pure. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { errorText, Forbidden, InvalidArgument } from '#lib/errors'
import { LOG_LEVELS, type LogLevel } from '#lib/log'
import { nearest } from '#lib/nearest'
import { parseDuration } from '#lib/units'
import { DEFAULT_RETENTION, type ListenAddress, parseUpstream, type Retention, type Upstream } from '#registry/serve'
import { isLoopbackAddress, parseListen } from './listen-address.ts'

export const DEFAULT_ROOT = '/var/lib/gantry-registry'
export const DEFAULT_LISTEN = '127.0.0.1:5000'

/** Milliseconds that a timer can wait. */
const TIMER_MAX = 2 ** 31 - 1

export interface ServeSettings {
  readonly root: string
  readonly listen: ListenAddress
  readonly logLevel: LogLevel
  readonly htpasswd: string | undefined
  /** The file that says who of those may do what. */
  readonly rules: string | undefined
  /** The registry that this one is a cache of. */
  readonly cacheOf: Upstream | undefined
  /** The file with the name and the password for it. */
  readonly cacheCredentials: string | undefined
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly retention: Retention
  /** Milliseconds between two collections. */
  readonly collectEvery: number
}

export interface CollectSettings {
  readonly root: string
  readonly dryRun: boolean
  /** Undefined: as the server that runs was told, or as is usual. */
  readonly retention: Retention | undefined
}

const RETENTION_FLAGS = {
  'keep-untagged': { type: 'string' },
  'keep-uploads': { type: 'string' },
} as const

const SERVE_FLAGS = {
  ...RETENTION_FLAGS,
  root: { type: 'string' },
  listen: { type: 'string' },
  'log-level': { type: 'string' },
  htpasswd: { type: 'string' },
  rules: { type: 'string' },
  'cache-of': { type: 'string' },
  'cache-credentials': { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  insecure: { type: 'boolean' },
  'collect-every': { type: 'string' },
} as const

const COLLECT_FLAGS = { ...RETENTION_FLAGS, root: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const

type Flags = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>
type Values = Readonly<Record<string, string | boolean | undefined>>

/** @throws InvalidArgument, Forbidden */
export function readServeSettings(args: readonly string[]): ServeSettings {
  const values = parse(args, SERVE_FLAGS)
  const text = (name: keyof typeof SERVE_FLAGS) => textOf(values, name)
  const settings: ServeSettings = {
    root: resolve(text('root') ?? DEFAULT_ROOT),
    listen: parseListen('listen', text('listen') ?? DEFAULT_LISTEN),
    logLevel: parseLevel(text('log-level') ?? 'info'),
    htpasswd: text('htpasswd'),
    rules: text('rules'),
    cacheOf: parseCacheOf(text('cache-of')),
    cacheCredentials: text('cache-credentials'),
    tls: parseTls(text('tls-cert'), text('tls-key')),
    retention: parseRetention(values),
    collectEvery: parseCollectEvery(text('collect-every')),
  }
  refuseHalves(settings)
  refuseOpenPasswords(settings, values['insecure'] === true)
  return settings
}

/** @throws InvalidArgument */
export function readCollectSettings(args: readonly string[]): CollectSettings {
  const values = parse(args, COLLECT_FLAGS)
  const said = Object.keys(RETENTION_FLAGS).some(name => values[name] !== undefined)
  return {
    root: resolve(textOf(values, 'root') ?? DEFAULT_ROOT),
    dryRun: values['dry-run'] === true,
    retention: said ? parseRetention(values) : undefined,
  }
}

function refuseHalves({ htpasswd, rules, cacheOf, cacheCredentials }: ServeSettings): void {
  if (rules !== undefined && htpasswd === undefined) {
    throw new InvalidArgument('--rules says what users may do, and there are none', { fix: 'add --htpasswd FILE' })
  }
  if (cacheCredentials !== undefined && cacheOf === undefined) {
    throw new InvalidArgument('--cache-credentials is for another registry, and there is none', {
      fix: 'add --cache-of URL',
    })
  }
}

function refuseOpenPasswords({ htpasswd, tls, listen }: ServeSettings, insecure: boolean): void {
  if (htpasswd === undefined || tls !== undefined || insecure || isLoopbackAddress(listen.address)) return
  throw new Forbidden(`--htpasswd on ${listen.address} without TLS shows every password to the network`, {
    fix: 'add --tls-cert FILE --tls-key FILE, listen on 127.0.0.1, or say --insecure where something else encrypts',
  })
}

function parse(args: readonly string[], options: Flags): Values {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values
  } catch (error) {
    const flag = /'--([^' ]+)/.exec(errorText(error))?.[1]
    const hint = flag === undefined ? undefined : nearest(flag, Object.keys(options))
    const fix = hint === undefined ? 'see --help' : `did you mean --${hint}?`
    throw new InvalidArgument(errorText(error).split('. ')[0] ?? '', { fix })
  }
}

function textOf(values: Values, name: string): string | undefined {
  const value = values[name]
  if (value === '') throw new InvalidArgument(`--${name} is empty`, { fix: 'give it a value or leave it out' })
  return typeof value === 'string' ? value : undefined
}

function parseTls(cert: string | undefined, key: string | undefined): ServeSettings['tls'] {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) {
    throw new InvalidArgument('TLS needs a certificate and its key', { fix: 'give both --tls-cert and --tls-key' })
  }
  return { cert, key }
}

function parseCacheOf(text: string | undefined): Upstream | undefined {
  return text === undefined ? undefined : parseUpstream(text)
}

function parseLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find(name => name === text)
  if (level !== undefined) return level
  throw new InvalidArgument(`invalid logging level: ${text}`, { fix: `use one of ${LOG_LEVELS.join(', ')}` })
}

function parseRetention(values: Values): Retention {
  return {
    ...DEFAULT_RETENTION,
    untagged: duration('keep-untagged', textOf(values, 'keep-untagged')),
    uploads: duration('keep-uploads', textOf(values, 'keep-uploads')) ?? DEFAULT_RETENTION.uploads,
  }
}

function parseCollectEvery(text: string | undefined): number {
  const millis = duration('collect-every', text) ?? 24 * 3600 * 1000
  if (millis <= TIMER_MAX) return millis
  throw new InvalidArgument(`--collect-every ${text} is too long`, { fix: 'say at most 596h, or 0s for never' })
}

/** Milliseconds. */
function duration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const nanos = parseDuration(text)
  if (nanos === undefined || nanos < 0) {
    throw new InvalidArgument(`--${flag} ${text} is no duration`, { fix: 'use hours, minutes, seconds: 72h, 1h30m' })
  }
  return nanos / 1e6
}
