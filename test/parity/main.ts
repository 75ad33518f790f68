/**
 * `node test/parity/main.ts [--all] [PATTERN]`: for people who write cases. Runs the cases whose name matches, and
 * prints what differs; with --all also what is accepted, with --whole everything that was shown.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Acceptance } from './accept.ts'
import type { ParityCase } from './case.ts'
import { CASES } from './cases/index.ts'
import { DIFFERENCES } from './differences.ts'
import { DOCKER_PROGRAMS } from './peers/docker-peer.ts'
import { Session } from './session.ts'

const OPTIONS = { all: { type: 'boolean' }, whole: { type: 'boolean' }, peer: { type: 'string' } } as const
const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
const pattern = new RegExp(positionals[0] ?? '')
const CONCURRENCY = availableParallelism() * 2
/** Characters of Gantry's log that are shown of a case that cannot be run. */
const LOG_SHOWN = 2000
const programs = DOCKER_PROGRAMS.filter(({ name, absent }) => absent === false && name.includes(values.peer ?? ''))

/** Ends what was begun, engines above all. */
const interrupted = new Promise<void>(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})

for (const program of programs) {
  const acceptance = new Acceptance(values.all === true ? [] : DIFFERENCES)
  const cases = CASES.filter(({ name, except }) => pattern.test(name) && except !== program.name)
  await using session = await Session.start(program)
  const queue = cases.values()
  const work = async () => {
    for (const parityCase of queue) print(parityCase.name, await differences(session, acceptance, parityCase))
  }
  await Promise.race([Promise.all(Array.from({ length: CONCURRENCY }, work)), interrupted])
}

async function differences(session: Session, acceptance: Acceptance, parityCase: ParityCase): Promise<string[]> {
  try {
    const { findings, gantry, docker } = await session.compare(parityCase)
    if (values.whole === true) process.stdout.write(`${JSON.stringify({ gantry, docker }, null, 1)}\n`)
    return findings
      .filter(finding => !acceptance.accepts(finding))
      .map(({ at, gantry, docker }) => `${at}\n    gantry ${text(gantry)}\n    docker ${text(docker)}`)
  } catch (error) {
    return [`${String(error)}\n${session.log.slice(-LOG_SHOWN)}`]
  }
}

function print(name: string, lines: readonly string[]): void {
  process.stdout.write(`${lines.length === 0 ? 'same' : 'DIFF'} ${name}\n${lines.map(line => `  ${line}\n`).join('')}`)
}

function text(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value)
}
