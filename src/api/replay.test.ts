/**
 * Requests as real clients sent them to dockerd 28.5.2, which read every one of these bodies: docker 20.10.24 and 28.2.2,
 * Compose 2.40, docker-py 7.1 and dockerode 5. Ids are shortened to `c1`.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as api from './index.ts'

interface Request {
  readonly what: string
  readonly method: string
  readonly url: string
  readonly body?: string
}

const FIXTURES = join(import.meta.dirname, 'fixtures')

const BODIES: readonly (readonly [RegExp, api.Schema])[] = [
  [/^\/containers\/create$/, api.ContainerCreateRequest],
  [/^\/containers\/\w+\/update$/, api.ContainerUpdateRequest],
  [/^\/containers\/\w+\/exec$/, api.ExecCreateRequest],
  [/^\/exec\/\w+\/start$/, api.ExecStartRequest],
  [/^\/commit$/, api.ContainerConfig],
  [/^\/networks\/create$/, api.NetworkCreateRequest],
  [/^\/networks\/\w+\/connect$/, api.NetworkConnectRequest],
  [/^\/networks\/\w+\/disconnect$/, api.NetworkDisconnectRequest],
  [/^\/volumes\/create$/, api.VolumeCreateRequest],
]

const QUERIES: readonly (readonly [RegExp, api.Schema])[] = [
  [/^POST \/containers\/create$/, api.ContainerCreateQuery],
  [/^GET \/containers\/json$/, api.ContainerListQuery],
  [/^GET \/containers\/\w+\/logs$/, api.ContainerLogsQuery],
  [/^POST \/containers\/\w+\/attach$/, api.ContainerAttachQuery],
  [/^POST \/containers\/\w+\/wait$/, api.ContainerWaitQuery],
  [/^POST \/containers\/\w+\/kill$/, api.ContainerKillQuery],
  [/^POST \/containers\/\w+\/stop$/, api.ContainerStopQuery],
  [/^DELETE \/containers\/\w+$/, api.ContainerRemoveQuery],
  [/^POST \/containers\/prune$/, api.ContainerPruneQuery],
  [/^POST \/commit$/, api.ContainerCommitQuery],
  [/^GET \/images\/json$/, api.ImageListQuery],
  [/^GET \/networks$/, api.NetworkListQuery],
  [/^POST \/volumes\/prune$/, api.VolumePruneQuery],
  [/^DELETE \/volumes\/\w+$/, api.VolumeRemoveQuery],
  [/^GET \/events$/, api.EventsQuery],
]

/** What these clients send that no engine of today reads. */
const UNKNOWN: Readonly<Record<string, readonly string[]>> = {
  'docker-20.10': [],
  'docker-28.2': [],
  'docker-compose-2.40': [],
  'docker-py-7.1': ['Container'],
  'dockerode-5': ['HostConfig.Foo', 'name', 'platform', '_query', 'Bar', 'repo', 'tag', 'pause', 'container'],
}

function schemaFor(table: readonly (readonly [RegExp, api.Schema])[], route: string): api.Schema {
  const schema = table.find(([pattern]) => pattern.test(route))?.[1]
  assert.ok(schema !== undefined, `no schema for ${route}`)
  return schema
}

/** Paths of all values below `value`, with the values: `hostconfig.memory=5`. */
function leaves(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [`${path}=${String(value)}`]
  const entries = Object.entries(value)
  if (entries.length === 0) return [`${path}=empty`]
  return entries.flatMap(([key, item]) => leaves(item, `${path}/${key.toLowerCase()}`))
}

/** What of `body` did not arrive in `read`, besides nulls and what is unknown. */
function lost(body: unknown, reading: api.Reading<unknown>): string[] {
  const arrived = new Set(leaves(reading.value))
  const unknown = reading.unknown.map(path => `/${path.toLowerCase().replaceAll(/[.[]/g, '/').replaceAll(']', '')}`)
  return leaves(body).filter(
    leaf => !arrived.has(leaf) && !unknown.some(path => leaf.startsWith(`${path}/`) || leaf.startsWith(`${path}=`)),
  )
}

for (const file of readdirSync(FIXTURES)) {
  const client = file.replace('.json', '')
  const requests: readonly Request[] = JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'))

  test(`every body of ${client} is read, and nothing of it is lost`, () => {
    const unknown = new Set<string>()
    let bodies = 0
    for (const { url, body } of requests) {
      if (body === undefined) continue
      const { version, path } = api.splitVersion(url.split('?')[0] ?? '')
      if (path === '/images/prune') continue // dockerode repeats its query in a body that nobody reads
      api.supportedVersion(version)
      const reading = api.readBody(schemaFor(BODIES, path), api.parseJson(body))
      assert.deepEqual(lost(JSON.parse(body), reading), [], url)
      for (const name of reading.unknown) unknown.add(name)
      bodies++
    }
    assert.ok(bodies >= 5)
    assert.deepEqual([...unknown].sort(), [...(UNKNOWN[client] ?? [])].sort())
  })

  test(`every query of ${client} is read, and nothing of it is lost`, () => {
    for (const { method, url, body } of requests) {
      const [target = '', query = ''] = url.split('?')
      if (query === '') continue
      if (client === 'dockerode-5' && body !== undefined) continue // it repeats its body in the query
      const schema = schemaFor(QUERIES, `${method} ${api.splitVersion(target).path}`)
      const given = new URLSearchParams(query)
      const read = api.readQuery(schema, given)
      given.delete('trunc_cmd')
      assert.deepEqual(Object.keys(Object(read)).sort(), [...new Set(given.keys())].sort(), url)
    }
  })
}
