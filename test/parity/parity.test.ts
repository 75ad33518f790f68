/**
 * The same commands and API calls against Gantry and against Docker, compared field by field. What differs must be in
 * `differences.ts` with its reason; what is in there must still differ.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemSkip } from '../support/engine.ts'
import { Acceptance } from './accept.ts'
import type { ParityCase } from './case.ts'
import { CASE_GROUPS } from './cases/index.ts'
import { CLIENTS } from './clients.ts'
import { compare } from './compare.ts'
import { DIFFERENCES } from './differences.ts'
import { failureText } from './failure.ts'
import { DOCKER_PROGRAMS } from './peers/docker-peer.ts'
import { type Pair, startPair } from './peers/pair.ts'
import { runCase, type Way, waysOf } from './run-case.ts'

const CONCURRENCY = availableParallelism() * 2
const CASES = CASE_GROUPS.flatMap(group => group.cases)

for (const program of DOCKER_PROGRAMS) {
  const skip = systemSkip() || program.absent
  describe(program.name, { skip }, () => {
    const acceptance = new Acceptance(DIFFERENCES)
    const scratch = mkdtempSync(join(tmpdir(), 'parity-'))
    let pair: Pair

    before(async () => {
      pair = await startPair(program)
    })

    after(async () => {
      await pair[Symbol.asyncDispose]()
      rmSync(scratch, { recursive: true, force: true })
    })

    describe('cases', { concurrency: CONCURRENCY }, () => {
      for (const parityCase of CASES) {
        test(parityCase.name, async t => {
          for (const way of waysOf(parityCase, pair.gantry, pair.docker)) {
            await t.test(way.name, { skip: way.absent }, () => check(parityCase, way))
          }
        })
      }
    })

    async function check(parityCase: ParityCase, way: Way): Promise<void> {
      const [gantry, docker] = await Promise.all([
        runCase(parityCase, way, pair.gantry, join(scratch, 'g')),
        runCase(parityCase, way, pair.docker, join(scratch, 'd')),
      ])
      const findings = compare(gantry, docker).filter(
        finding => !acceptance.accepts({ ...finding, peer: program.name, case: parityCase.name, way: way.name }),
      )
      if (findings.length > 0) assert.fail(failureText(program.name, findings, { gantry, docker }))
    }

    test('every accepted difference still shows', () => {
      const isRun = (way: string) => CLIENTS.every(client => client.name !== way || client.absent === false)
      assert.deepEqual(acceptance.unseen(program.name, isRun), [])
    })
  })
}
