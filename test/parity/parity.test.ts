/**
 * The same commands and API calls against Gantry and against Docker, compared field by field. What differs must be in
 * `differences.ts` with its reason; what is in there must still differ.
 */
import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { systemSkip } from '../support/engine.ts'
import { Acceptance } from './accept.ts'
import { CASES } from './cases/index.ts'
import { DIFFERENCES } from './differences.ts'
import { failureText } from './failure.ts'
import { DOCKER_PROGRAMS } from './peers/docker-peer.ts'
import { Session } from './session.ts'

const CONCURRENCY = availableParallelism() * 2

for (const program of DOCKER_PROGRAMS) {
  describe(program.name, { skip: systemSkip() || program.absent }, () => {
    const acceptance = new Acceptance(DIFFERENCES)
    let session: Session

    before(async () => {
      session = await Session.start(program)
    })

    after(() => session[Symbol.asyncDispose]())

    describe('cases', { concurrency: CONCURRENCY }, () => {
      for (const parityCase of CASES.filter(({ except }) => except !== program.name)) {
        test(parityCase.name, async () => {
          const { findings, gantry, docker } = await session.compare(parityCase)
          const wrong = findings.filter(finding => !acceptance.accepts(finding))
          if (wrong.length > 0) assert.fail(failureText(program.name, wrong, { gantry, docker }))
        })
      }
    })

    test('every accepted difference still shows', () => {
      assert.deepEqual(acceptance.unseen(program.name), [])
    })
  })
}
