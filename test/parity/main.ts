/**
 * `node test/parity/main.ts [--all] [PATTERN]`: for people who write cases. Runs the cases whose name matches, one
 * after the other, and prints what differs; with --all also what is accepted, with --whole everything that was shown.
 */
import { parseArgs } from 'node:util'
import { Acceptance } from './accept.ts'
import { CASES } from './cases/index.ts'
import { DIFFERENCES } from './differences.ts'
import { DOCKER_PROGRAMS } from './peers/docker-peer.ts'
import { Session } from './session.ts'

const OPTIONS = { all: { type: 'boolean' }, whole: { type: 'boolean' }, peer: { type: 'string' } } as const
const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
const pattern = new RegExp(positionals[0] ?? '')
const programs = DOCKER_PROGRAMS.filter(({ name, absent }) => absent === false && name.includes(values.peer ?? ''))

for (const program of programs) {
  const acceptance = new Acceptance(values.all === true ? [] : DIFFERENCES)
  await using session = await Session.start(program)
  for (const parityCase of CASES.filter(({ name, except }) => pattern.test(name) && except !== program.name)) {
    const { findings, gantry, docker } = await session.compare(parityCase)
    const wrong = findings.filter(finding => !acceptance.accepts(finding))
    process.stdout.write(`${wrong.length === 0 ? 'same' : 'DIFF'} ${program.name} | ${parityCase.name}\n`)
    for (const finding of wrong) {
      process.stdout.write(`  ${finding.at}\n    gantry ${text(finding.gantry)}\n    docker ${text(finding.docker)}\n`)
    }
    if (values.whole === true) process.stdout.write(`${JSON.stringify({ gantry, docker }, null, 1)}\n`)
  }
}

function text(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value)
}
