/** A daemon, or teardown, that meets a monitor which it was not delivered with. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Pidfd, processesWith } from '#linux'
import { systemSkip, TestEngine } from '../support/engine.ts'

const skip = systemSkip()

/** Answers as a monitor with the tasks that it finds; `hello` gets what the test says, or nothing. */
const OTHER_MONITOR = `
import { readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
const [, , , , root, hello] = process.argv
rmSync(root + '/monitor.sock', { force: true })
const server = createServer(socket => {
  let text = ''
  socket.on('error', () => {})
  socket.on('data', chunk => {
    text += chunk
    for (let end = text.indexOf('\\n'); end >= 0; end = text.indexOf('\\n')) {
      const { op, seq } = JSON.parse(text.slice(0, end))
      text = text.slice(end + 1)
      if (op === 'hello' && hello === 'silent') continue
      const tasks = readdirSync(root + '/tasks').map(id => ({ id }))
      const ok = op === 'hello' ? JSON.parse(hello) : op === 'list' ? { tasks } : {}
      socket.write(JSON.stringify({ seq, ok }) + '\\n')
      if (op === 'shutdown') socket.end(() => process.exit(0))
    }
  })
})
server.listen(root + '/monitor.sock', () => process.stdout.write('ready'))
`

/** In place of the engine's own monitor, which is killed. */
async function replaceMonitor(engine: TestEngine, hello: string): Promise<number> {
  const args = ['monitor', '--exec-root', engine.execRoot]
  for (const pid of processesWith(args)) await kill(pid)
  const script = join(engine.folder, 'other-monitor.mjs')
  writeFileSync(script, OTHER_MONITOR)
  const other = spawn(process.execPath, [script, ...args, hello], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(other.stdout, 'data')
  return other.pid ?? 0
}

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  while (isRunning(pid)) await new Promise(resolve => setImmediate(resolve))
}

function isRunning(pid: number): boolean {
  using handle = Pidfd.open(pid)
  return handle?.hasEnded() === false
}

async function engineWithContainer(): Promise<{ engine: TestEngine; id: string; pid: number }> {
  const engine = await TestEngine.start()
  const made = await engine.api('POST', '/containers/create', { Image: 'busybox', Cmd: ['sleep', '1000'] })
  const { Id: id } = made.json as { Id: string }
  assert.equal((await engine.api('POST', `/containers/${id}/start`)).status, 204)
  const { State } = (await engine.api('GET', `/containers/${id}/json`)).json as { State: { Pid: number } }
  await engine.endDaemon('SIGKILL')
  return { engine, id, pid: State.Pid }
}

for (const [what, hello, words] of [
  ['of a version with nothing in common', '{"version":99,"oldest":99}', /speaks version 99, this daemon \d+/],
  ['that says nothing', 'silent', /the monitor of .* does not answer/],
] as const) {
  test(`a monitor ${what} is refused, and teardown ends it with its containers`, { skip }, async () => {
    const { engine, id, pid } = await engineWithContainer()
    const other = await replaceMonitor(engine, hello)
    await assert.rejects(engine.startDaemon(), error => {
      assert.match(String(error), words)
      assert.match(String(error), /`gantry system teardown` ends it and its containers/)
      return true
    })
    assert.equal(isRunning(pid), true, 'a refusal must not end the container')

    const roots = ['--data-root', engine.dataRoot, '--exec-root', engine.execRoot]
    const torn = await engine.gantry(['system', 'teardown', '--time', '0', ...roots])
    assert.equal(torn.code, 0, torn.stderr)
    assert.match(torn.stderr, words)
    assert.deepEqual([isRunning(pid), isRunning(other), existsSync(engine.execRoot)], [false, false, false])
    assert.equal(await engine.leaks(), '')

    await engine.startDaemon()
    const { State } = (await engine.api('GET', `/containers/${id}/json`)).json as {
      State: { Status: string; ExitCode: number }
    }
    assert.deepEqual([State.Status, State.ExitCode], ['exited', 255])
    await engine[Symbol.asyncDispose]()
  })
}

test('teardown does not need records that can be read', { skip }, async () => {
  const { engine, pid } = await engineWithContainer()
  const records = readdirSync(engine.dataRoot).filter(name => name.startsWith('meta.db'))
  const aside = join(engine.folder, 'aside')
  mkdirSync(aside)
  for (const name of records) renameSync(join(engine.dataRoot, name), join(aside, name))
  writeFileSync(join(engine.dataRoot, 'meta.db'), 'this is no database\n'.repeat(1000))
  const roots = ['--data-root', engine.dataRoot, '--exec-root', engine.execRoot]
  const torn = await engine.gantry(['system', 'teardown', '--time', '0', ...roots])
  assert.equal(torn.code, 0, torn.stderr)
  assert.match(torn.stderr, /ending them by force/)
  assert.deepEqual([isRunning(pid), existsSync(engine.execRoot)], [false, false])
  for (const name of readdirSync(engine.dataRoot).filter(name => name.startsWith('meta.db'))) {
    rmSync(join(engine.dataRoot, name))
  }
  for (const name of records) renameSync(join(aside, name), join(engine.dataRoot, name))
  await engine.teardown()
})

test('a daemon works with a newer monitor that still knows its version', { skip }, async () => {
  const { engine, id, pid } = await engineWithContainer()
  await replaceMonitor(engine, '{"version":99,"oldest":1}')
  await engine.startDaemon()
  assert.equal(isRunning(pid), true)
  assert.equal((await engine.api('GET', `/containers/${id}/json`)).status, 200)
  await engine.teardown()
})

test('an older monitor that keeps no task makes way for one of our version', { skip }, async () => {
  const engine = await TestEngine.start()
  await engine.endDaemon('SIGKILL')
  const other = await replaceMonitor(engine, '{"version":0}')
  await engine.startDaemon()
  assert.equal(isRunning(other), false)
  const ran = await engine.gantry(['run', '--rm', 'busybox', 'echo', 'fine'])
  assert.deepEqual([ran.code, ran.stdout], [0, 'fine\n'])
  await engine[Symbol.asyncDispose]()
})
