import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { callApi } from '../support/engine.ts'
import type { Json, JsonObject, ParityCase, Step } from './case.ts'
import { normalise } from './normalise.ts'
import type { Peer } from './peers/peer.ts'
import type { RunContext } from './steps/context.ts'
import { perform } from './steps/perform.ts'

const STEP_MAX_MS = 20_000

/** What both engines are asked with. */
export interface How {
  /** The docker command line. */
  readonly cli: string
  readonly apiVersion: string
  /** A folder of this peer's. */
  readonly scratch: string
}

/** Runs a case against one engine and shows what came of it, step by step, normalised. */
export async function runCase(parityCase: ParityCase, peer: Peer, how: How): Promise<JsonObject> {
  const name = nameFor(parityCase.name)
  const dir = join(how.scratch, name)
  mkdirSync(dir, { recursive: true })
  const apiVersion = parityCase.api ?? how.apiVersion
  const context: RunContext = { peer, cli: how.cli, apiVersion, name, dir, values: new Map(), begun: new Map() }
  const shown: Record<string, Json> = {}
  try {
    for (const step of parityCase.steps) {
      const result = await inTime(perform(step, context), labelOf(step))
      if (result !== undefined) shown[freeLabel(labelOf(step), shown)] = result
    }
  } finally {
    await removeAll(peer, name)
  }
  const words = [
    [dir, '<dir>'],
    [peer.folder, '<peer>'],
    [basename(peer.folder), '<peer>'],
    [name, '<c>'],
  ] as const
  return Object.fromEntries(Object.entries(shown).map(([label, value]) => [label, normalise(value, { words })]))
}

function labelOf(step: Step): string {
  switch (step.do) {
    case 'docker':
      return step.label ?? `docker ${step.args[0]}`
    case 'api':
      return step.label ?? `${step.method} ${step.path.replace(/\?.*/, '').replaceAll('/', ' ').trim()}`
    case 'attach':
      return step.label ?? 'attach'
    case 'collect':
      return step.as
    case 'read':
      return `file ${step.path.split('/').at(-1)}`
    case 'begin':
    case 'until':
    case 'write':
      return ''
  }
}

/** A step that hangs is shown as that, so that the case goes on and both engines can be compared. */
async function inTime(result: Promise<Json | undefined>, label: string): Promise<Json | undefined> {
  const { promise, resolve } = Promise.withResolvers<Json>()
  const timer = setTimeout(() => resolve(`${label} has not ended after ${STEP_MAX_MS / 1000} seconds`), STEP_MAX_MS)
  return await Promise.race([result, promise]).finally(() => clearTimeout(timer))
}

/** `inspect`, `inspect 2`, ... */
function freeLabel(label: string, taken: object): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? label : `${label} ${count}`
    if (!(candidate in taken)) return candidate
  }
}

/** Short, and no name is the beginning of another. */
function nameFor(caseName: string): string {
  return `p-${createHash('sha256').update(caseName).digest('hex').slice(0, 7)}`
}

/** Containers and images whose name begins with the case's. */
async function removeAll(peer: Peer, name: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ name: [`^/${name}`] }))
  const containers = await callApi(peer.socket, 'GET', `/containers/json?all=1&filters=${filters}`)
  for (const { Id } of containers.json as { Id: string }[]) {
    await callApi(peer.socket, 'DELETE', `/containers/${Id}?force=1`)
  }
  const images = await callApi(peer.socket, 'GET', '/images/json')
  for (const { RepoTags } of images.json as { RepoTags: string[] | null }[]) {
    for (const tag of RepoTags ?? []) {
      if (tag.startsWith(name)) await callApi(peer.socket, 'DELETE', `/images/${tag}?force=1`)
    }
  }
}
