/**
 * kill -9 of the daemon at any moment (SAFETY R1, R5): what was acknowledged stays true, what was not is done wholly
 * or not at all, running containers run on, and nothing is left over.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, systemSkip, TestEngine } from '../support/engine.ts'
import { seededRandom } from '../support/random.ts'

const KILLS = Number(process.env['GANTRY_KILLS'] ?? 200)
const SEED = Number(process.env['GANTRY_SEED'] ?? Date.now() % 1_000_000)
/** The daemon dies within this time of the work beginning. */
const LIFE_MAX_MS = 120
const WORKERS = 3
const CONTAINERS_MAX = 12
const LEAK_CHECK_EVERY = 10

type Random = (below: number) => number

type Known =
  /** As the last acknowledged operation left it. */
  | { readonly state: 'created' | 'running' | 'stopped'; readonly pid?: number }
  /** An operation was under way when the daemon died: both outcomes are right. */
  | { readonly state: 'unknown' }

interface Inspected {
  readonly State: { readonly Status: string; readonly Pid: number; readonly ExitCode: number }
  readonly HostConfig: { readonly AutoRemove: boolean }
}

class Model {
  readonly containers = new Map<string, Known>()
  /** Acknowledged as removed. */
  readonly removed = new Set<string>()
  readonly #engine: TestEngine
  readonly #random: Random
  readonly #busy = new Set<string>()
  readonly #selfRemoving = new Set<string>()

  constructor(engine: TestEngine, random: Random) {
    this.#engine = engine
    this.#random = random
  }

  /** Works until the daemon dies under it. */
  async work(): Promise<void> {
    for (;;) {
      try {
        await this.#step()
      } catch {
        return
      }
    }
  }

  async #step(): Promise<void> {
    const free = [...this.containers].filter(([id, known]) => known.state !== 'unknown' && !this.#busy.has(id))
    const choice = this.#random(10)
    if (free.length === 0 || (choice < 3 && this.containers.size < CONTAINERS_MAX)) return await this.#create()
    if (choice === 3) return await this.#runToEnd()
    const [id, known] = pick(this.#random, free)
    this.#busy.add(id)
    try {
      if (known.state === 'running') await (choice < 7 ? this.#end(id) : this.#remove(id, true))
      else await (choice < 8 ? this.#start(id) : this.#remove(id, false))
    } finally {
      this.#busy.delete(id)
    }
  }

  async #create(): Promise<void> {
    const answer = await this.#engine.api('POST', '/containers/create', { Image: 'busybox', Cmd: ['sleep', '10000'] })
    assert.equal(answer.status, 201, answer.text)
    this.containers.set(idOf(answer), { state: 'created' })
  }

  /** A container that removes itself: whatever happens, it must be gone in the end. */
  async #runToEnd(): Promise<void> {
    const made = await this.#engine.api('POST', '/containers/create', {
      Image: 'busybox',
      Cmd: ['true'],
      HostConfig: { AutoRemove: true },
    })
    assert.equal(made.status, 201, made.text)
    const id = idOf(made)
    this.#selfRemoving.add(id)
    this.containers.set(id, { state: 'unknown' })
    const started = await this.#engine.api('POST', `/containers/${id}/start`)
    assert.equal(started.status, 204, started.text)
    this.containers.delete(id)
    this.removed.add(id)
    await this.#engine.api('POST', `/containers/${id}/wait?condition=removed`)
  }

  async #start(id: string): Promise<void> {
    this.containers.set(id, { state: 'unknown' })
    const answer = await this.#engine.api('POST', `/containers/${id}/start`)
    assert.equal(answer.status, 204, answer.text)
    const { State } = (await this.#engine.api('GET', `/containers/${id}/json`)).json as Inspected
    this.containers.set(id, { state: 'running', pid: State.Pid })
  }

  async #end(id: string): Promise<void> {
    this.containers.set(id, { state: 'unknown' })
    const verb = pick(this.#random, ['kill', 'stop?t=0'])
    const answer = await this.#engine.api('POST', `/containers/${id}/${verb}`)
    assert.equal(answer.status, 204, answer.text)
    this.containers.set(id, { state: 'stopped' })
  }

  async #remove(id: string, force: boolean): Promise<void> {
    this.containers.set(id, { state: 'unknown' })
    const answer = await this.#engine.api('DELETE', `/containers/${id}?force=${force ? 1 : 0}`)
    assert.equal(answer.status, 204, answer.text)
    this.containers.delete(id)
    this.removed.add(id)
  }

  /** What the engine says now against what was promised; unknown outcomes become known. */
  async verify(): Promise<void> {
    const listed = (await this.#engine.api('GET', '/containers/json?all=1')).json as { Id: string }[]
    const present = new Set(listed.map(({ Id }) => Id))
    for (const id of this.removed)
      assert.equal(present.has(id), false, `${id} was acknowledged as removed and is there`)
    for (const [id, known] of this.containers) {
      if (this.#selfRemoving.has(id)) {
        // It removes itself at its end, which may come at any moment.
        await this.#engine.api('DELETE', `/containers/${id}?force=1`)
        this.containers.delete(id)
        present.delete(id)
        continue
      }
      if (!present.has(id)) {
        assert.equal(known.state, 'unknown', `${id} was acknowledged as ${known.state} and is gone`)
        this.containers.delete(id)
        continue
      }
      this.#settle(id, known, (await this.#engine.api('GET', `/containers/${id}/json`)).json as Inspected)
    }
    // What was created and not acknowledged may be there; it is whole and becomes part of the game.
    for (const id of present) {
      if (this.containers.has(id)) continue
      const { State, HostConfig } = (await this.#engine.api('GET', `/containers/${id}/json`)).json as Inspected
      if (HostConfig.AutoRemove) await this.#engine.api('DELETE', `/containers/${id}?force=1`)
      else this.#settle(id, { state: 'unknown' }, { State, HostConfig })
    }
  }

  #settle(id: string, known: Known, { State }: Inspected): void {
    const state = State.Status === 'exited' ? 'stopped' : State.Status
    assert.ok(state === 'created' || state === 'running' || state === 'stopped', `${id} is ${State.Status}`)
    if (known.state !== 'unknown') assert.equal(state, known.state, `${id} was acknowledged as ${known.state}`)
    if (state === 'running') {
      // Undefined where it became known just now.
      if (known.state === 'running') assert.equal(State.Pid, known.pid, `${id} runs as another process`)
      assert.match(readFileSync(`/proc/${State.Pid}/cmdline`, 'utf8'), /sleep|sh|true|crun/)
      this.containers.set(id, { state, pid: State.Pid })
    } else this.containers.set(id, { state })
  }
}

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random(items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

function idOf(answer: Answer): string {
  return (answer.json as { Id: string }).Id
}

test(`${KILLS} kills of the daemon`, { skip: systemSkip(), timeout: 30 * 60_000 }, async t => {
  t.diagnostic(`GANTRY_SEED=${SEED}`)
  await using engine = await TestEngine.start()
  const random = seededRandom(SEED)
  const model = new Model(engine, random)
  for (let kill = 1; kill <= KILLS; kill++) {
    const workers = Array.from({ length: WORKERS }, () => model.work())
    await delay(random(LIFE_MAX_MS))
    await engine.endDaemon('SIGKILL')
    await Promise.all(workers)
    await engine.startDaemon()
    await model.verify()
    if (kill % LEAK_CHECK_EVERY === 0) assert.equal(await engine.leaks(), '', `after kill ${kill}`)
  }
  assert.equal(await engine.leaks(), '')
})
