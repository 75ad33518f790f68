/** What readers of logs are told, and when. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { logs, remove, start } from '../support/containers.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'

describe('logs', { skip: systemSkip(), timeout: 60_000 }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(() => engine[Symbol.asyncDispose]())

  test('following ends at the time that it is asked for, although nothing is written any more', async () => {
    const id = await start(engine, { Cmd: ['sh', '-c', 'echo once; exec sleep 1000'] })
    const until = Date.now() / 1000 + 0.7
    assert.equal(await logs(engine, id, `stdout=1&follow=1&until=${until.toFixed(3)}`), 'once\n')
    assert.ok(Date.now() / 1000 >= until)
    assert.equal(await logs(engine, id, 'stdout=1&follow=1&until=1'), '')
    await remove(engine, id)
  })
})
