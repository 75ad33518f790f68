import { join } from 'node:path'
import type { Json } from '../case.ts'
import type { Peer } from '../peers/peer.ts'

/** One run of one case against one engine. */
export interface RunContext {
  readonly peer: Peer
  /** The docker command line. */
  readonly cli: string
  readonly apiVersion: string
  /** What `{c}` stands for. */
  readonly name: string
  /** What `{dir}` stands for. */
  readonly dir: string
  /** What was captured. */
  readonly values: Map<string, string>
  /** What was begun and is not collected. */
  readonly begun: Map<string, Promise<Json>>
}

/** A step under way. */
export interface Running {
  readonly begun: Promise<void>
  readonly result: Promise<Json>
}

/** Puts values in the place of `{c}`, `{dir}` and captured names. */
export function filled(text: string, { name, dir, values }: RunContext): string {
  return text.replace(/\{([a-z]+)\}/g, (whole, key: string) => {
    if (key === 'c') return name
    if (key === 'dir') return dir
    return values.get(key) ?? whole
  })
}

/** The same in every string of a JSON value. */
export function filledJson(value: Json, context: RunContext): Json {
  return JSON.parse(filled(JSON.stringify(value), context)) as Json
}

export function dockerEnvironment(context: RunContext): Record<string, string> {
  return {
    PATH: '/usr/bin:/bin',
    HOME: context.dir,
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    DOCKER_HOST: `unix://${context.peer.socket}`,
    DOCKER_CONFIG: join(context.dir, '.docker'),
  }
}
