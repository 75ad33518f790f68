import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conflict, NotFound } from '#lib/errors'
import type { ExecRecord } from './record.ts'
import { ExecStore } from './store.ts'

function record(id: string, container = 'box'): ExecRecord {
  return {
    ...{ id, container, args: ['true'], env: [], workingDir: '/', user: '', tty: false, privileged: false },
    ...{ attachStdin: false, attachStdout: true, attachStderr: true, detachKeys: '', consoleSize: null },
  }
}

const ENDED = { status: 'ended', pid: 5, code: 3 } as const
const ids = (store: ExecStore, container = 'box') => store.liveOf(container).map(exec => exec.record.id)

test('an exec is among those of its container until it ends, and is told of for ten minutes more', () => {
  let now = 0
  const store = new ExecStore(() => now)
  store.add(record('a'))
  store.put(record('a'), { status: 'running', pid: 5 })
  assert.deepEqual(ids(store), ['a'])
  store.put(record('a'), ENDED)
  assert.deepEqual(ids(store), [])
  now = 10 * 60_000
  assert.deepEqual(store.find('a').state, ENDED)
  now += 1
  assert.throws(() => store.find('a'), new NotFound('No such exec instance: a'))
})

test('of thousands that have ended the latest are told of, and of hundreds a folder is kept', () => {
  const store = new ExecStore(() => 0)
  const given = Array.from({ length: 5000 }, (_, number) => record(`${number}`))
  const dropped = given.flatMap(made => {
    store.put(made, ENDED)
    return store.keepFolder(made)
  })
  assert.throws(() => store.find('903'), NotFound)
  assert.equal(store.find('904').record.id, '904')
  assert.deepEqual(dropped, given.slice(0, 5000 - 512))
})

test('a container has no more than some thousands that never end', () => {
  const store = new ExecStore()
  for (let number = 0; number < 4096; number++) store.add(record(`${number}`))
  assert.throws(() => store.add(record('more')), Conflict)
  store.add(record('other', 'another box'))
  store.put(record('0'), ENDED)
  store.add(record('more'))
})

test('the end of a container waits for those that ran, and forgets those that never did', async () => {
  const store = new ExecStore()
  const end = Promise.withResolvers<void>()
  store.add(record('created'))
  store.add(record('running'), { status: 'running', pid: 5 })
  store.follow('running', end.promise)
  let isOver = false
  const over = store.allEnded('box').then(() => {
    isOver = true
  })
  await Promise.resolve()
  assert.equal(isOver, false)
  store.put(record('running'), ENDED)
  end.resolve()
  await over
  store.taskEnded('box')
  assert.throws(() => store.find('created'), NotFound)
  assert.equal(store.find('running').state.status, 'ended')
  store.forget('box')
  assert.throws(() => store.find('running'), NotFound)
})
