import { InvalidArgument } from '#lib/errors'
import { JsonValue, type StringRecord } from '#lib/json-value'
import { quoted } from '#lib/printable'
import { parseRfc3339, type UnixNanos, ZERO_TIME } from '#lib/time'
import { DESCRIPTOR_ENTRIES_MAX, readDigest, readPlatform } from './descriptor.ts'
import { type Digest, digestOf } from './digest.ts'
import type { Platform } from './platform.ts'

/** What an image configuration may weigh, in bytes. */
export const CONFIG_BYTES_MAX = 4 * 1024 * 1024

/** Entries of a list or map in the defaults, and of the history. */
const ENTRIES_MAX = 10_000

/**
 * An image configuration (OCI image-spec, config; Docker image spec 1.3). `raw` is what counts: its digest is the id
 * of the image, and writing the members out again would give another id.
 */
export interface ImageConfig {
  readonly raw: Uint8Array
  /** The id of the image. */
  readonly id: Digest
  readonly platform: Platform
  readonly created: UnixNanos | undefined
  readonly author: string
  readonly comment: string
  readonly dockerVersion: string
  /** The image that this one was built on, in configurations of old builders. */
  readonly parent: string
  readonly defaults: ContainerDefaults
  /** Digests of the uncompressed layers, lowest first. */
  readonly diffIds: readonly Digest[]
  /** Oldest first; may be shorter than the layers or be missing. */
  readonly history: readonly HistoryEntry[]
}

/**
 * How a container of the image starts where its creator says nothing. Undefined is "not set" where that is not the same
 * as empty. Strings are foreign: nothing here is checked beyond its type, and no value is ever control input (S50, S51).
 */
export interface ContainerDefaults {
  readonly user: string
  readonly env: readonly string[]
  readonly entrypoint: readonly string[] | undefined
  readonly cmd: readonly string[] | undefined
  readonly workingDir: string
  /** `80/tcp`, as written. */
  readonly exposedPorts: readonly string[]
  readonly volumes: readonly string[]
  readonly labels: StringRecord
  readonly stopSignal: string
  /** Seconds. */
  readonly stopTimeout: number | undefined
  readonly healthcheck: HealthcheckDefaults | undefined
  readonly shell: readonly string[] | undefined
  readonly onBuild: readonly string[]
  readonly argsEscaped: boolean
}

/** Zero and empty inherit; durations in nanoseconds. */
export interface HealthcheckDefaults {
  readonly test: readonly string[]
  readonly interval: number
  readonly timeout: number
  readonly startPeriod: number
  readonly startInterval: number
  readonly retries: number
}

export interface HistoryEntry {
  readonly created: UnixNanos | undefined
  readonly createdBy: string
  readonly author: string
  readonly comment: string
  /** This step made no layer. */
  readonly emptyLayer: boolean
}

/**
 * Reads an image configuration.
 * @throws InvalidArgument that names the member; never anything else, whatever the bytes (SAFETY S77).
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const json = JsonValue.parse(bytes, 'image configuration', CONFIG_BYTES_MAX)
  const rootfs = json.member('rootfs')
  if (rootfs.absent) throw new InvalidArgument('invalid image JSON, no RootFS key')
  const type = rootfs.member('type').string()
  if (type !== 'layers' && type !== '') rootfs.member('type').fail(`${quoted(type)}, only "layers" is known`)
  return {
    raw: bytes,
    id: digestOf(bytes),
    platform: readPlatform(json),
    created: readTime(json.member('created')),
    author: json.member('author').string(),
    comment: json.member('comment').string(),
    dockerVersion: json.member('docker_version').string(),
    parent: json.member('parent').string(),
    defaults: readDefaults(json.member('config')),
    diffIds: rootfs.member('diff_ids').elements(DESCRIPTOR_ENTRIES_MAX).map(readDigest),
    history: json.member('history').elements(ENTRIES_MAX).map(readHistory),
  }
}

function readDefaults(json: JsonValue): ContainerDefaults {
  const healthcheck = json.member('Healthcheck')
  const stopTimeout = json.member('StopTimeout')
  return {
    user: json.member('User').string(),
    env: json.member('Env').strings(ENTRIES_MAX),
    entrypoint: optionalStrings(json.member('Entrypoint')),
    cmd: optionalStrings(json.member('Cmd')),
    workingDir: json.member('WorkingDir').string(),
    exposedPorts: readSet(json.member('ExposedPorts')),
    volumes: readSet(json.member('Volumes')),
    labels: json.member('Labels').stringRecord(ENTRIES_MAX),
    stopSignal: json.member('StopSignal').string(),
    stopTimeout: stopTimeout.absent ? undefined : stopTimeout.integer(),
    healthcheck: healthcheck.absent ? undefined : readHealthcheck(healthcheck),
    shell: optionalStrings(json.member('Shell')),
    onBuild: json.member('OnBuild').strings(ENTRIES_MAX),
    argsEscaped: json.member('ArgsEscaped').boolean(),
  }
}

function readHealthcheck(json: JsonValue): HealthcheckDefaults {
  return {
    test: json.member('Test').strings(ENTRIES_MAX),
    interval: json.member('Interval').integer(),
    timeout: json.member('Timeout').integer(),
    startPeriod: json.member('StartPeriod').integer(),
    startInterval: json.member('StartInterval').integer(),
    retries: json.member('Retries').integer(),
  }
}

function readHistory(json: JsonValue): HistoryEntry {
  return {
    created: readTime(json.member('created')),
    createdBy: json.member('created_by').string(),
    author: json.member('author').string(),
    comment: json.member('comment').string(),
    emptyLayer: json.member('empty_layer').boolean(),
  }
}

function optionalStrings(json: JsonValue): readonly string[] | undefined {
  return json.absent ? undefined : json.strings(ENTRIES_MAX)
}

/** The keys of Go's `map[string]struct{}`. */
function readSet(json: JsonValue): readonly string[] {
  return json.entries(ENTRIES_MAX).map(([key, value]) => {
    value.names()
    return key
  })
}

function readTime(json: JsonValue): UnixNanos | undefined {
  if (json.absent) return undefined
  const text = json.string()
  const time = parseRfc3339(text)
  if (time === undefined && text !== ZERO_TIME) json.fail(`${quoted(text)} is no RFC 3339 time`)
  return time
}
