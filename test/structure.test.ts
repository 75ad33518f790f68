/**
 * The walls of the house. The table is docs/architecture.md's as data: a room imports only the rooms of its row (and
 * `lib`), through `#room`; nothing imports in a circle; only `linux` touches processes and the kernel.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { cycles, importsOf, ROOT, read, roomOf, SRC, sources, target, withoutComments } from './support/modules.ts'

interface Row {
  /** Rooms whose values may be imported. */
  readonly values: readonly string[]
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[]
}

/** In reading order, which is dependency order. */
const ROOMS: Readonly<Record<string, Row>> = {
  lib: { values: [] },
  oci: { values: [] },
  linux: { values: [] },
  api: { values: [] },
  template: { values: [] },
  meta: { values: [] },
  content: { values: ['oci', 'meta'] },
  snapshot: { values: ['oci', 'meta', 'linux'] },
  volume: { values: ['meta', 'linux'] },
  network: { values: ['meta', 'linux'] },
  runtime: { values: ['oci', 'linux'] },
  registry: { values: ['oci', 'content', 'meta'] },
  image: { values: ['oci', 'content', 'snapshot', 'registry', 'meta'] },
  build: { values: ['oci', 'content', 'snapshot', 'image'] },
  engine: { values: ['oci', 'template', 'content', 'snapshot', 'image', 'runtime', 'network', 'volume', 'meta'] },
  cluster: { values: ['meta'], types: ['engine', 'network'] },
  server: { values: ['api'], types: ['engine', 'image', 'build', 'network', 'volume', 'cluster'] },
  client: { values: ['api'] },
  compose: { values: ['api'], types: ['client'] },
  cli: { values: ['api', 'client', 'compose', 'template'] },
  cmd: { values: ['*'] },
}

const files = sources('src')
const production = files.filter(file => !/\.(test|suite)\.ts$/.test(file))

test('every folder of src is a room of the table', () => {
  const rooms = readdirSync(SRC, { withFileTypes: true }).map(entry => entry.name)
  assert.deepEqual(rooms.filter(room => !(room in ROOMS)).sort(), [])
})

test('a room imports only the rooms of its row, and through their entry', () => {
  const wrong: string[] = []
  for (const file of files) {
    const room = roomOf(file)
    const row = ROOMS[room]
    for (const item of importsOf(file)) {
      const to = target(item)
      if (to === undefined) continue
      if (to === 'package.json') continue
      const toRoom = roomOf(to)
      if (toRoom === room) continue
      const allowed =
        toRoom === 'lib' ||
        row?.values.includes('*') ||
        row?.values.includes(toRoom) ||
        (item.typeOnly && row?.types?.includes(toRoom))
      if (!to.startsWith('src/')) wrong.push(`${file}: ${item.specifier} leads out of src`)
      else if (!allowed) wrong.push(`${file}: room ${room} may not import ${item.specifier}`)
      else if (!item.specifier.startsWith('#')) wrong.push(`${file}: reach ${toRoom} through #${toRoom}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('imports lead somewhere', () => {
  const wrong: string[] = []
  for (const file of [...files, ...sources('test'), ...sources('bench')]) {
    for (const item of importsOf(file)) {
      const to = target(item)
      if (to !== undefined && !existsSync(join(ROOT, to))) wrong.push(`${file}: ${item.specifier}`)
      if (!item.specifier.startsWith('node:') && builtinModules.includes(item.specifier))
        wrong.push(`${file}: node:${item.specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('no file imports itself by a detour', () => {
  const graph = new Map(
    production.map(file => [
      file,
      importsOf(file)
        .filter(item => !item.typeOnly)
        .map(target)
        .filter(to => to !== undefined),
    ]),
  )
  assert.deepEqual(cycles(graph), [])
})

test('the kernel is touched in linux only', () => {
  const wrong: string[] = []
  for (const file of production) {
    if (roomOf(file) === 'linux') continue
    // Client programs (the CLI's credential helpers and plugins) live outside the engine; they start in linux too.
    for (const item of importsOf(file)) {
      if (['node:child_process', 'koffi', 'node:cluster'].includes(item.specifier))
        wrong.push(`${file}: ${item.specifier}`)
    }
    if (/readFile(Sync)?\(\s*[`'"]\/(proc|sys)\//.test(withoutComments(read(file))))
      wrong.push(`${file}: reads /proc or /sys`)
  }
  assert.deepEqual(wrong, [])
})

test('no shell is ever started', () => {
  const wrong = production.filter(file =>
    /\bshell:\s*true|(?<![.\w])exec(Sync)?\(|\(\s*['"]\/bin\/sh['"]/.test(withoutComments(read(file))),
  )
  assert.deepEqual(wrong, [])
})

test('no module keeps changing state of its own', () => {
  const wrong = production.filter(file => /^(export\s+)?let\s/m.test(withoutComments(read(file))))
  assert.deepEqual(wrong, [])
})

test('events broadcast, they do not drive: EventEmitter only in engine/event', () => {
  const wrong = production.filter(
    file => !file.startsWith('src/engine/event') && /\bEventEmitter\b/.test(withoutComments(read(file))),
  )
  assert.deepEqual(wrong, [])
})

test('a named test is a test: none is skipped without a reason or left alone', () => {
  const wrong: string[] = []
  for (const file of [...files, ...sources('test')].filter(name => name.endsWith('.test.ts'))) {
    if (file === 'test/structure.test.ts') continue
    if (/\.only\(|only:\s*true|skip:\s*true|\.todo\(/.test(read(file))) wrong.push(file)
  }
  assert.deepEqual(wrong, [])
})

test('report: the largest files and functions', t => {
  const bySize = production
    .map(file => ({ file, lines: read(file).split('\n').length }))
    .sort((a, b) => b.lines - a.lines)
  const median = bySize[bySize.length >> 1]?.lines ?? 0
  t.diagnostic(`${production.length} files, median ${median} lines`)
  for (const { file, lines } of bySize.slice(0, 5)) t.diagnostic(`${lines} lines ${file}`)
})
