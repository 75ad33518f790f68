import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { callApi } from '../support/engine.ts'
import type { Json, JsonObject, ParityCase, Step } from './case.ts'
import { API_VERSIONS, CLIENTS, type DockerCli } from './clients.ts'
import { normalise } from './normalise.ts'
import type { Peer } from './peers/peer.ts'
import type { RunContext } from './steps/context.ts'
import { perform } from './steps/perform.ts'

/** How a case is run: with a command line, or by a version of the API alone. */
export interface Way {
  /** `docker 28`, `API 1.41`. */
  readonly name: string
  readonly tag: string
  readonly cli: DockerCli | undefined
  readonly apiVersion: string
  readonly absent: string | false
}

/** All ways of a case between these two engines. */
export function waysOf(parityCase: ParityCase, gantry: Peer, docker: Peer): Way[] {
  const spoken = API_VERSIONS.filter(version => isSpoken(version, gantry) && isSpoken(version, docker))
  const newest = spoken.at(-1) ?? '1.24'
  if (parityCase.steps.some(usesDocker)) {
    return CLIENTS.map(cli => ({ name: cli.name, tag: cli.tag, cli, apiVersion: newest, absent: cli.absent }))
  }
  const versions = parityCase.versions === 'each' ? spoken : [newest]
  return versions.map(apiVersion => ({
    name: `API ${apiVersion}`,
    tag: `v${apiVersion.replace('.', '-')}`,
    cli: undefined,
    apiVersion,
    absent: false,
  }))
}

function usesDocker(step: Step): boolean {
  return step.do === 'docker' || (step.do === 'begin' && step.step.do === 'docker')
}

function isSpoken(version: string, peer: Peer): boolean {
  return Number(version.split('.')[1]) <= Number(peer.apiVersion.split('.')[1])
}

/** Runs a case against one engine and shows what came of it, step by step, normalised. */
export async function runCase(parityCase: ParityCase, way: Way, peer: Peer, scratch: string): Promise<JsonObject> {
  const name = `${slug(parityCase.name)}-${way.tag}`
  const dir = join(scratch, name)
  mkdirSync(dir, { recursive: true })
  const { cli, apiVersion } = way
  const context: RunContext = { peer, cli, apiVersion, name, dir, values: new Map(), begun: new Map() }
  const shown: Record<string, Json> = {}
  try {
    for (const step of parityCase.steps) {
      const result = await perform(step, context)
      if (result !== undefined) shown[freeLabel(labelOf(step), shown)] = result
    }
  } finally {
    await removeAll(peer, name)
  }
  const words = [
    [dir, '<dir>'],
    [peer.folder, '<peer>'],
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

/** `inspect`, `inspect 2`, ... */
function freeLabel(label: string, taken: object): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? label : `${label} ${count}`
    if (!(candidate in taken)) return candidate
  }
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '')
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
