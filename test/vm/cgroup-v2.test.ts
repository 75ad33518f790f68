/** Gantry on a host whose control groups are v2 alone, whatever the host has that runs this. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { machineSkip } from './host.ts'
import { bootAndRun } from './machine.ts'
import { failures, outcomes } from './tap.ts'

const MACHINE_LIMIT_MS = 5 * 60_000
/** Enough for a console to tell where a machine stopped. */
const LAST_WORDS = 6000
const skip = machineSkip()

// A machine for each: both in one do not come to their end within the limit where others use the host.
for (const runtime of ['crun', 'runc']) {
  test(`on control groups v2 with ${runtime}`, { skip }, async t => {
    await hold(t, await bootAndRun({ runtimes: [runtime], cgroupNamespace: false, timeout: MACHINE_LIMIT_MS }))
  })
}

/** Every test of the machine is one here. */
async function hold(t: TestContext, report: string): Promise<void> {
  const found = outcomes(report)
  for (const { name, passed, detail } of found) await t.test(name, () => assert.ok(passed, detail))
  assert.notEqual(failures(report), undefined, `the machine did not come to its end:\n${report.slice(-LAST_WORDS)}`)
  assert.ok(found.length > 1, report.slice(-LAST_WORDS))
}
