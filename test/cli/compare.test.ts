/**
 * Docker's own command and ours, side by side on the same engine: the same arguments give the same output, the same
 * errors and the same exit code. The engine is Gantry, or the dockerd that GANTRY_TEST_DOCKERD names;
 * GANTRY_TEST_DOCKER names another docker command than the one on PATH.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { bundleCli, type CliBundle } from '../support/cli-bundle.ts'
import { type Case, QUESTIONS, TEMPLATES, USAGE } from './cases.ts'
import { normalised, saysTheSame } from './normal.ts'
import { missingForPeer, type Peer, startPeer } from './peer.ts'
import { type Ran, runProgram } from './run.ts'
import { STORIES, type Step, type Story } from './stories.ts'

/** Something may happen between two calls (`Up 2 seconds`): what differs is asked again. */
const ATTEMPTS = 3
const AT_ONCE = 4

suite('as docker does', { skip: missingForPeer() ?? false }, () => {
  const held: { peer?: Peer; bundle?: CliBundle } = {}

  before(async () => {
    const [peer, bundle] = await Promise.all([startPeer(), bundleCli()])
    Object.assign(held, { peer, bundle })
    mkdirSync(join(peer.folder, 'home'))
    const one = [
      'run',
      '-d',
      '--name',
      'one',
      '--network',
      'none',
      '-l',
      'a.b-c=hello',
      '-l',
      'b=1',
      '-e',
      'A=ü',
      '-m',
      '64m',
    ]
    await docker([
      ...one,
      '-v',
      '/tmp:/host',
      '--stop-timeout',
      '0',
      'busybox',
      'sh',
      '-c',
      'echo out; echo err >&2; sleep 1000',
    ])
    await docker([
      'run',
      '--name',
      'two',
      '--network',
      'host',
      '--entrypoint',
      '/bin/sh',
      'busybox',
      '-c',
      'echo 2; exit 3',
    ])
  })

  after(async () => {
    await docker(['rm', '-f', 'one', 'two'])
    await held.peer?.[Symbol.asyncDispose]()
    held.bundle?.[Symbol.dispose]()
  })

  test('bad usage', () => compareAll(USAGE))
  test('bad templates', () => compareAll(TEMPLATES))
  test('questions', () => compareAll(QUESTIONS))
  for (const story of STORIES) test(story.title, () => compareStory(story))

  function environment(more: Case['env'] = {}): Record<string, string> {
    const { peer } = held
    assert.ok(peer)
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: join(peer.folder, 'home'),
      DOCKER_HOST: peer.host,
      DOCKER_API_VERSION: '1.50',
      TZ: 'UTC',
      ...more,
    }
  }

  function docker(args: readonly string[], { input, env, signals }: Omit<Step, 'args'> = {}): Promise<Ran> {
    return runProgram(held.peer?.docker ?? '', args, { input, signals, env: environmentFor(args, env) })
  }

  function gantry(args: readonly string[], { input, env, signals }: Omit<Step, 'args'> = {}): Promise<Ran> {
    const all = [...(held.bundle?.node ?? []), ...args]
    return runProgram(process.execPath, all, { input, signals, env: environmentFor(args, env) })
  }

  /** A command line that names its engine is to find no other. */
  function environmentFor(args: readonly string[], more: Case['env']): Record<string, string> {
    const env = environment(more)
    if (args[0]?.startsWith('-') === true) delete env['DOCKER_HOST']
    return env
  }

  async function compareAll(cases: readonly Case[]): Promise<void> {
    const wrong: string[] = []
    const waiting = [...cases]
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const problem = await difference(next)
        if (problem !== undefined) wrong.push(problem)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    await hasEngine()
    assert.deepEqual(wrong, [], `${wrong.length} of ${cases.length} differ:\n${wrong.join('\n')}`)
  }

  /** Where there is no engine, both commands say the same. */
  async function hasEngine(): Promise<void> {
    const { code, stderr } = await docker(['version'])
    assert.equal(code, 0, `the engine is gone: ${stderr}\n${held.peer?.log()}`)
  }

  async function difference(asked: Case): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      const [dockers, ours] = (await Promise.all([docker(asked.args, asked), gantry(asked.args, asked)])).map(ran =>
        normalised(ran, []),
      )
      assert.ok(dockers !== undefined && ours !== undefined)
      const same =
        asked.onlyCode === undefined ? isSame(ours, dockers) : ours.code === dockers.code && ours.stderr !== ''
      if (same === (asked.differs === undefined)) return undefined
      if (attempt === ATTEMPTS) return report(asked, dockers, ours)
    }
  }

  /** Both tell the story at the same time, each about a container of its own. */
  async function compareStory({ title, steps, differs, alone }: Story): Promise<void> {
    const name = `story-${title.replace(/\W/g, '-').toLowerCase()}`
    const telling = tell(docker, `${name}-d`, steps)
    if (alone) await telling
    const [dockers, ours] = await Promise.all([telling, tell(gantry, `${name}-g`, steps)])
    await hasEngine()
    const wrong = steps.flatMap((step, at) => {
      const [other, own] = [dockers[at], ours[at]]
      assert.ok(other !== undefined && own !== undefined)
      return isSame(own, other) ? [] : [report(step, other, own)]
    })
    if (differs === undefined) assert.deepEqual(wrong, [], wrong.join('\n'))
    else assert.notDeepEqual(wrong, [])
  }

  async function tell(tool: typeof docker, name: string, steps: readonly Step[]): Promise<Ran[]> {
    const folder = mkdtempSync(join(held.peer?.folder ?? '', 'story-'))
    const told: Ran[] = []
    for (const step of steps) {
      const args = step.args.map(arg => arg.replaceAll('NAME', name).replaceAll('FOLDER', folder))
      told.push(normalised(await tool(args, step), [name, folder]))
    }
    return told
  }

  function isSame(ours: Ran, dockers: Ran): boolean {
    return ours.code === dockers.code && ours.stdout === dockers.stdout && saysTheSame(ours.stderr, dockers.stderr)
  }

  function report({ args }: Pick<Case, 'args'>, dockers: Ran, ours: Ran): string {
    return `\n${args.join(' ')}\n  docker ${show(dockers)}\n  gantry ${show(ours)}`
  }

  function show({ code, stdout, stderr }: Ran): string {
    return `${code} ${JSON.stringify(stdout)} ${JSON.stringify(stderr)}`
  }
})
