/** Events as clients see them, with every docker command line that is installed and with our own. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { DOCKER_CLIS, dockerCli } from '../support/docker.ts'
import { GANTRY, systemSkip, TestEngine } from '../support/engine.ts'

const LIFE = ['create', 'attach', 'start', 'die', 'destroy']

describe('events', { skip: systemSkip() }, () => {
  let engine: TestEngine

  before(async () => {
    engine = await TestEngine.start()
  })

  after(() => engine[Symbol.asyncDispose]())

  for (const { name, path } of [...DOCKER_CLIS, { name: 'gantry', path: GANTRY }]) {
    test(`${name}: what is told live is what is told of the past`, async () => {
      const docker = dockerCli(path, engine.env)
      const container = `c-${name.replace(/\W/g, '-')}`
      const args = ['events', '--filter', `container=${container}`, '--format', '{{.Action}} {{.TimeNano}}']
      const watching = spawn(path, args, { env: engine.env, stdio: ['ignore', 'pipe', 'inherit'] })
      let live = ''
      // A container that is made again and again: what the stream begins with is of no matter.
      const heard = new Promise<void>(resolve => {
        watching.stdout.on('data', (chunk: Buffer) => {
          live += chunk.toString()
          if (/destroy \d+\n/.test(live)) resolve()
        })
      })
      const state = { done: false }
      void heard.then(() => {
        state.done = true
      })
      while (!state.done) await docker(['run', '--rm', '--name', container, 'busybox', 'true'])
      watching.kill('SIGTERM')
      const past = await docker([...args, '--since', '5m', '--until=-1s'])
      assert.equal(past.code, 0, past.stderr)
      assert.ok(past.stdout.includes(live.slice(0, live.lastIndexOf('\n') + 1)), `${live}\n---\n${past.stdout}`)
      const actions = past.stdout
        .trim()
        .split('\n')
        .map(line => line.split(' ')[0])
      assert.deepEqual(actions.slice(0, LIFE.length), LIFE)
      const times = past.stdout
        .trim()
        .split('\n')
        .map(line => BigInt(line.split(' ')[1] ?? ''))
      assert.deepEqual(
        [...times].sort((a, b) => (a < b ? -1 : 1)),
        times,
      )
    })
  }

  test('forms of the stream', async () => {
    await engine.api('POST', '/containers/create?name=forms', { Image: 'busybox' })
    const ask = async (accept: string) => {
      const path = `/events?since=0&until=${Math.floor(Date.now() / 1000)}.999999999`
      const { promise, resolve, reject } = Promise.withResolvers<string[]>()
      const call = request({ socketPath: engine.socket, path, headers: { Accept: accept } }, response => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        const form = () => (text.startsWith('\x1e') ? 'separated' : 'lines')
        response.once('end', () => resolve([String(response.headers['content-type']), form()]))
      })
      call.once('error', reject).end()
      return await promise
    }
    assert.deepEqual(await ask('*/*'), ['application/json', 'lines'])
    assert.deepEqual(await ask('application/json-seq'), ['application/json-seq', 'separated'])
    assert.deepEqual(await ask('text/plain, application/x-ndjson'), ['application/x-ndjson', 'lines'])
    await engine.api('DELETE', '/containers/forms')
  })
})
