/**
 * What is compared, as data. A case is a list of steps that runs once against each engine; what the steps show is
 * normalised and compared field by field.
 *
 * In every string of a step `{c}` stands for a name of the case's own (containers, tags and labels begin with it, and
 * whatever has it is removed afterwards), `{dir}` for an empty folder of its own on the host, and `{NAME}` for what an
 * earlier step captured under NAME. Both engines have the image `busybox`, from one archive.
 *
 * Commands are those of the peer's own command line (20.10's against 20.10, 28's against 28), calls are made by the
 * newest version of the API that the peer speaks: so both engines are asked the same thing in the same words.
 */
export interface ParityCase {
  /** Unique: `run: what it shows`. */
  readonly name: string
  readonly steps: readonly Step[]
  /** The version of the API for calls, instead of the peer's newest. */
  readonly api?: string
  /** Not run against this peer: what its command line or its API does not know. */
  readonly except?: PeerName
}

export type PeerName = 'docker 20.10' | 'docker 28.5'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** How output is read before it is compared: as it is, or as what it means. */
export type View =
  /** Lines. */
  | 'text'
  /** Lines in alphabetical order. */
  | 'sorted'
  | 'json'
  /** One JSON value a line. */
  | 'json-lines'
  /** JSON of which only names and types count. */
  | 'shape'
  /** `Name: value` a line, as in /proc/self/status. */
  | 'pairs'
  /** /proc/self/mountinfo, by mount point. */
  | 'mounts'
  /** Stdcopy frames, told apart. */
  | 'frames'
  /** Members of a tar archive. */
  | 'tar'

export interface Shown {
  readonly view?: View
  /** Of JSON, only what is below these dotted paths. */
  readonly pick?: readonly string[]
  /** Of a JSON list, only these fields of each item; with none, only how many there are. */
  readonly each?: readonly string[]
  /** What to call the step in results; its command otherwise. */
  readonly label?: string
}

export interface DockerStep extends Shown {
  readonly do: 'docker'
  readonly args: readonly string[]
  readonly input?: string
  /** On a terminal: types each text once the output matches the pattern before it. */
  readonly terminal?: readonly (readonly [RegExp, string])[]
  /** Keeps the first line of the output under this name. */
  readonly capture?: string
}

export interface ApiStep extends Shown {
  readonly do: 'api'
  readonly method: string
  /** Without the version. */
  readonly path: string
  /** An object goes as JSON, a text as it is. */
  readonly body?: Json
  /** Sent instead of application/json; '' sends none. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A tar archive instead of a body: see `archives.ts`. */
  readonly archive?: string
  readonly showHeaders?: true
  /** Sent without a version in its path. */
  readonly unversioned?: true
  /** Keeps the field `Id` under this name. */
  readonly capture?: string
}

/** Takes the connection over and reads it to its end. */
export interface AttachStep extends Shown {
  readonly do: 'attach'
  readonly container: string
  /** `stdin=1&stream=1` ... */
  readonly query: string
  readonly input?: string
  /** Whether the sending half is closed after the input. */
  readonly closesInput?: boolean
  /** Sent without `Upgrade`, as clients of old did. */
  readonly plain?: true
}

/** Starts a step and goes on as soon as its answer has begun (HTTP) or it runs (a command). */
export interface BeginStep {
  readonly do: 'begin'
  readonly as: string
  readonly step: DockerStep | ApiStep | AttachStep
}

/** Shows the end of what was begun. */
export interface CollectStep {
  readonly do: 'collect'
  readonly as: string
}

/** Waits for something to be so; shows nothing. */
export interface UntilStep {
  readonly do: 'until'
  readonly container: string
  /** Text in its log, or its end. */
  readonly says?: string
}

/** Makes a file on the host. */
export interface WriteStep {
  readonly do: 'write'
  readonly path: string
  readonly content: string
}

/** Shows a file or a folder of the host: type, mode, owner, content. */
export interface ReadStep {
  readonly do: 'read'
  readonly path: string
}

export type Step = DockerStep | ApiStep | AttachStep | BeginStep | CollectStep | UntilStep | WriteStep | ReadStep

/** A docker command; the last argument may be options of the step. */
export function docker(...args: readonly (string | Omit<DockerStep, 'do' | 'args'>)[]): DockerStep {
  const last = args.at(-1)
  const options = typeof last === 'object' ? last : {}
  return { do: 'docker', args: args.filter(arg => typeof arg === 'string'), ...options }
}

type ApiOptions = Omit<ApiStep, 'do' | 'method' | 'path' | 'body'>

export function get(path: string, options: ApiOptions = {}): ApiStep {
  return { do: 'api', method: 'GET', path, ...options }
}

export function post(path: string, body?: Json, options: ApiOptions = {}): ApiStep {
  return { do: 'api', method: 'POST', path, ...(body === undefined ? {} : { body }), ...options }
}

export function del(path: string, options: ApiOptions = {}): ApiStep {
  return { do: 'api', method: 'DELETE', path, ...options }
}

export function attach(query: string, options: Omit<AttachStep, 'do' | 'container' | 'query'> = {}): AttachStep {
  return { do: 'attach', container: '{c}', query, ...options }
}

export function begin(as: string, step: BeginStep['step']): BeginStep {
  return { do: 'begin', as, step }
}

export function collect(as: string): CollectStep {
  return { do: 'collect', as }
}

/** Waits until `{c}` has said something, or has ended. */
export function until(says?: string, container = '{c}'): UntilStep {
  return { do: 'until', container, ...(says === undefined ? {} : { says }) }
}

export function write(path: string, content: string): WriteStep {
  return { do: 'write', path, content }
}

export function read(path: string): ReadStep {
  return { do: 'read', path }
}

/** Creates `{c}` of busybox by the API. */
export function create(config: JsonObject = {}, options: ApiOptions = {}): ApiStep {
  return post('/containers/create?name={c}', { Image: 'busybox', ...config }, { label: 'create', ...options })
}

export const start: ApiStep = post('/containers/{c}/start', undefined, { label: 'start' })

/** A `filters` parameter. */
export function filters(by: JsonObject): string {
  return `filters=${encodeURIComponent(JSON.stringify(by)).replace(/%7B([a-z]+)%7D/g, '{$1}')}`
}

/** A program that says `ready`, and ends with 7 at SIGTERM. */
export const IDLE: readonly string[] = [
  'sh',
  '-c',
  'trap "echo bye; exit 7" TERM; echo ready; while :; do sleep 1000 & wait $!; done',
]

/** `{c}`, running. */
export function running(config: JsonObject = {}): Step[] {
  return [create({ Cmd: IDLE, ...config }), start, until('ready')]
}

/** `{c}`, at its end. */
export function finished(script: string, config: JsonObject = {}): Step[] {
  return [create({ Cmd: ['sh', '-c', script], ...config }), start, until()]
}

/** What a container says, by the engine's logs. */
export function said(options: ApiOptions = {}): ApiStep {
  return get('/containers/{c}/logs?stdout=1&stderr=1', { label: 'logs', view: 'frames', ...options })
}
