import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nowNanos } from '#lib/time'
import { type EngineEvent, Events } from './events.ts'
import { type WatchOptions, watchEvents } from './watch.ts'

const NONE = { since: undefined, until: undefined, filters: new Map(), signal: new AbortController().signal }

function publish(events: Events, ...ids: readonly string[]): void {
  for (const id of ids) events.publish({ type: 'container', action: 'start', id, attributes: { name: `name-${id}` } })
}

async function idsOf(watch: AsyncGenerator<EngineEvent>, count = Number.POSITIVE_INFINITY): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of watch) if (ids.push(id) === count) break
  return ids
}

function watch(events: Events, options: Partial<WatchOptions> = {}) {
  return watchEvents({ events }, { ...NONE, ...options })
}

test('the past and what comes after it are one sequence, without gap or repetition', async () => {
  const events = new Events()
  publish(events, 'a', 'b')
  const watching = watch(events, { since: 0n })
  publish(events, 'c')
  assert.deepEqual(await idsOf(watching, 3), ['a', 'b', 'c'])
})

test('without a beginning nothing of the past is told', async () => {
  const events = new Events()
  publish(events, 'a')
  const watching = watch(events)
  publish(events, 'b')
  assert.deepEqual(await idsOf(watching, 1), ['b'])
})

test('an end in the past is an end at once', async () => {
  const events = new Events()
  publish(events, 'a')
  const until = nowNanos()
  publish(events, 'b')
  assert.deepEqual(await idsOf(watch(events, { until })), ['a'])
  assert.deepEqual(await idsOf(watch(events, { since: until, until: nowNanos() })), ['b'])
})

test('an end ahead is waited for', async () => {
  const events = new Events()
  const watching = watch(events, { until: nowNanos() + 50_000_000n })
  publish(events, 'a')
  assert.deepEqual(await idsOf(watching), ['a'])
})

test('a reader that goes ends the watch', async () => {
  const events = new Events()
  const gone = new AbortController()
  const watching = idsOf(watch(events, { signal: gone.signal }))
  gone.abort()
  assert.deepEqual(await watching, [])
})

test('a reader that is too slow is told so instead of missing something', async () => {
  const events = new Events()
  const watching = watch(events)
  for (let count = 0; count < 5000; count++) publish(events, String(count))
  await assert.rejects(idsOf(watching), /too slow/)
})

test('filters', async () => {
  const events = new Events()
  const image = { type: 'image', action: 'tag', id: 'sha256:1', attributes: { name: 'busybox:x' } } as const
  const exec = {
    type: 'container',
    action: 'exec_start: sh',
    id: 'c1',
    attributes: { image: 'busybox', a: 'b' },
  } as const
  for (const event of [image, exec]) events.publish(event)
  const found = (filters: Record<string, string[]>) =>
    idsOf(watch(events, { until: nowNanos(), filters: new Map(Object.entries(filters)) }))
  assert.deepEqual(await found({ type: ['image', 'volume'] }), ['sha256:1'])
  assert.deepEqual(await found({ image: ['busybox'] }), ['sha256:1', 'c1'])
  assert.deepEqual(await found({ image: ['busybox:x'] }), ['sha256:1'])
  assert.deepEqual(await found({ event: ['exec_start'] }), ['c1'])
  assert.deepEqual(await found({ event: ['tag'] }), ['sha256:1'])
  assert.deepEqual(await found({ event: ['ta'] }), [])
  assert.deepEqual(await found({ label: ['a', 'a=b'] }), ['c1'])
  assert.deepEqual(await found({ label: ['a=c'] }), [])
  assert.deepEqual(await found({ container: ['c'] }), ['c1'])
  assert.throws(() => watch(events, { filters: new Map([['nope', ['x']]]) }), /invalid filter 'nope'/)
})
