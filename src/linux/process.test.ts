import assert from 'node:assert/strict'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createFifo, openFifoForLastingWriter, openFifoForReading } from './fifo.ts'
import { hostFacts } from './host.ts'
import { Pidfd, processStartTime, signalNumber } from './pidfd.ts'
import { exitCodeOf, Reaper } from './reaper.ts'
import { spawnProcess } from './spawn.ts'
import { ProcessWatcher } from './watcher.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-process-'))
const reaper = new Reaper()
const begin = reaper.mark()

function exitOf(pid: number) {
  return reaper.wait(pid, begin)
}
// A signal handler does not keep the event loop alive; a process that only waits for children needs something that does.
const alive = setInterval(() => {}, 1000)
after(() => {
  clearInterval(alive)
  reaper[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})

function start(script: string, output = join(folder, 'out')): number {
  const nothing = openSync('/dev/null', 'r')
  const out = openSync(output, 'w')
  try {
    return spawnProcess({
      file: '/bin/sh',
      args: ['-c', script],
      env: { PATH: '/usr/bin:/bin' },
      stdio: [nothing, out, out],
    })
  } finally {
    closeSync(nothing)
    closeSync(out)
  }
}

test('exit codes and signals arrive, also of processes that ended before anyone asked', async () => {
  assert.equal(exitCodeOf(await exitOf(start('exit 7'))), 7)
  assert.deepEqual(await exitOf(start('kill -TERM $$')), { kind: 'signaled', signal: 15 })
  const early = start('exit 3')
  await exitOf(start('sleep 0.1'))
  assert.deepEqual(await exitOf(early), { kind: 'exited', code: 3 })
})

test('a process that ended long ago is not taken for one that has its id now', async t => {
  const lastPid = '/proc/sys/kernel/ns_last_pid'
  if (!existsSync(lastPid)) return t.skip('this kernel does not let tests choose process ids')
  const old = start('exit 3')
  await exitOf(start('sleep 0.1')) // The old one's end was noticed, and nobody asks for it.
  const since = reaper.mark()
  writeFileSync(lastPid, String(old - 1))
  const young = start('exit 4')
  assert.equal(young, old, 'another process came between')
  assert.deepEqual(await reaper.wait(young, since), { kind: 'exited', code: 4 })
})

test('orphans of descendants become our children', async () => {
  await exitOf(start('sh -c "sleep 0.2; exit 9" & echo $!'))
  const orphan = Number(readFileSync(join(folder, 'out'), 'utf8'))
  assert.deepEqual(await exitOf(orphan), { kind: 'exited', code: 9 })
})

test('a child gets three descriptors, default signals and nothing else', async () => {
  await exitOf(start('ls /proc/self/fd; grep -E "SigIgn|SigBlk" /proc/self/status; env; ps -o sid= -o pid= -p $$'))
  const lines = readFileSync(join(folder, 'out'), 'utf8').trim().split('\n')
  // ls itself opens /proc/self/fd as the fourth.
  assert.deepEqual(lines.slice(0, 4), ['0', '1', '2', '3'])
  assert.match(lines[4] ?? '', /SigBlk:\s0+$/)
  assert.match(lines[5] ?? '', /SigIgn:\s0+$/)
  assert.equal(lines.filter(line => /^[A-Z_]+=/.test(line) && !/^(PWD|PATH|OLDPWD|SHLVL|_)=/.test(line)).length, 0)
  const [session, pid] = (lines.at(-1) ?? '').trim().split(/\s+/)
  assert.equal(session, pid)
})

test('what cannot be started says so', () => {
  assert.throws(() => spawnProcess({ file: '/nonexistent', args: [], env: {}, stdio: [0, 1, 2] }), { code: 'ENOENT' })
})

test('a process that is not ours is watched and its exit code read', async () => {
  using watcher = new ProcessWatcher()
  const pid = start('sleep 0.1; exit 5')
  using other = Pidfd.open(pid)
  assert.ok(other !== undefined)
  const second = start('sleep 30')
  using otherSecond = Pidfd.open(second)
  assert.ok(otherSecond !== undefined)
  const ended = watcher.ended(other)
  const secondEnded = watcher.ended(otherSecond)
  await ended
  await exitOf(pid)
  // A kernel before 6.15 keeps no exit status of a process that is reaped.
  const [major, minor] = hostFacts().kernelVersion
  if (major > 6 || (major === 6 && minor >= 15)) assert.deepEqual(other.exitStatus(), { kind: 'exited', code: 5 })
  assert.equal(otherSecond.signal(9), true)
  await secondEnded
  assert.deepEqual(await exitOf(second), { kind: 'signaled', signal: 9 })
  assert.equal(otherSecond.signal(9), false)
  assert.equal(Pidfd.open(second), undefined)
})

test('a process id with another start time is another process', async () => {
  const pid = start('sleep 30')
  const began = processStartTime(pid)
  assert.ok(began !== undefined)
  assert.equal(Pidfd.open(pid, began + 1), undefined)
  using same = Pidfd.open(pid, began)
  assert.equal(same?.signal(9), true)
  await exitOf(pid)
})

test('a lasting writer outlives its readers and loses nothing', async () => {
  const path = join(folder, 'fifo')
  createFifo(path, 0o600)
  const writing = openFifoForLastingWriter(path)
  closeSync(openFifoForReading(path))
  const nothing = openSync('/dev/null', 'r')
  const pid = spawnProcess({ file: '/bin/echo', args: ['kept'], env: {}, stdio: [nothing, writing, writing] })
  assert.deepEqual(await exitOf(pid), { kind: 'exited', code: 0 })
  const reading = openFifoForReading(path)
  closeSync(writing)
  assert.equal(readFileSync(reading, 'utf8'), 'kept\n')
  closeSync(reading)
  closeSync(nothing)
})

test('signals by every spelling', () => {
  for (const name of ['9', 'KILL', 'SIGKILL', 'sigkill', 'kill']) assert.equal(signalNumber(name), 9)
  assert.equal(signalNumber('RTMIN+3'), 37)
  assert.equal(signalNumber('SIGRTMAX-1'), 63)
  for (const bad of ['', '0', '65', 'FOO', '-9', 'RTMIN+40', '9x', '__proto__'])
    assert.equal(signalNumber(bad), undefined)
})
