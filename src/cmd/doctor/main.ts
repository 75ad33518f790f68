import { setTimeout as delay } from 'node:timers/promises'
import { errorText } from '#lib/errors'
import type { Roots } from '../daemon/settings.ts'
import { instanceOf } from '../instance.ts'
import { findRoots } from '../roots.ts'
import { type Check, hostChecks } from './checks.ts'
import { fixOf } from './fixes.ts'
import { findLeaks, type Leak } from './leaks.ts'
import { observedState, recordedState } from './observe.ts'

/** What a running daemon is in the middle of is no leak: the oracle looks again for this long. */
const PATIENCE_MS = 5000
const LOOK_AGAIN_MS = 100

const HELP = `Usage: gantry doctor [--leaks] [--json] [--data-root DIR] [--exec-root DIR] [-H URL]

Says what this host gives containers, a verdict and a fix for each thing. With --leaks: compares what
is recorded with what is in the kernel and on the disk; prints nothing and exits with 0 when all that
is there has an owner. Roots are those of the engine that answers, unless they are named.

Examples:
  gantry doctor
  gantry doctor --leaks --json
`

/** `gantry doctor`. Exit codes: 0 fine, 1 leaks or something that must be mended, 125 usage. */
export async function doctorMain(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP)
    return
  }
  try {
    const { roots, flags } = await findRoots(args, ['leaks', 'json'])
    if (flags.has('leaks')) await reportLeaks(roots, flags.has('json'))
    else await reportHost(roots, flags.has('json'))
  } catch (error) {
    process.stderr.write(`gantry doctor: ${errorText(error)}\n`)
    process.exitCode = 125
  }
}

/** Leaks that are still there after the patience that is due to a daemon at work. */
export async function lastingLeaks(roots: Roots): Promise<Leak[]> {
  const instance = instanceOf(roots.dataRoot)
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const leaks = findLeaks(recordedState(roots), await observedState(roots, instance), roots)
    if (leaks.length === 0 || performance.now() > until) return leaks
    await delay(LOOK_AGAIN_MS)
  }
}

async function reportLeaks(roots: Roots, asJson: boolean): Promise<void> {
  const leaks = await lastingLeaks(roots)
  const mended = leaks.map(leak => ({ ...leak, fix: fixOf(leak) }))
  if (asJson) process.stdout.write(`${JSON.stringify(mended, undefined, 2)}\n`)
  else for (const { kind, name, reason, fix } of mended) process.stdout.write(`${kind}: ${name}: ${reason}: ${fix}\n`)
  if (leaks.length > 0) process.exitCode = 1
}

async function reportHost(roots: Roots, asJson: boolean): Promise<void> {
  const checks = await hostChecks(roots.dataRoot)
  if (asJson) process.stdout.write(`${JSON.stringify(checks, undefined, 2)}\n`)
  else for (const line of checkLines(checks)) process.stdout.write(`${line}\n`)
  if (checks.some(check => check.verdict === 'fail')) process.exitCode = 1
}

function checkLines(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(check => check.name.length))
  return checks.flatMap(({ name, verdict, detail, fix }) => {
    const line = `${verdict.padEnd(4)}  ${name.padEnd(width)}  ${detail}`
    return fix === undefined ? [line] : [line, `${' '.repeat(width + 8)}fix: ${fix}`]
  })
}
