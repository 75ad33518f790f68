import type { Difference } from '../accept.ts'
import { REFUSED_COMMANDS } from '../cases/commands.ts'
import { REFUSED_CALLS } from '../cases/system.ts'

/** Whole cases about things that Gantry refuses by name. Who does one of them takes it out, here or where the cases are. */
const REFUSED: readonly string[] = [
  'run: published port',
  'run: anonymous volume',
  'run: named volume',
  ...[...REFUSED_CALLS, ...REFUSED_COMMANDS].map(({ name }) => name),
]

/** What Gantry does not do yet, and says so (501, or 400 for an option that it does not know). */
export const MISSING: readonly Difference[] = [
  {
    why: 'missing',
    reason: 'refused by name until it is done',
    cases: REFUSED,
    at: ['**'],
  },
  {
    why: 'missing',
    reason: 'links are refused; Docker finds no link of that name',
    cases: 'container: remove a link',
    at: ['link/status', 'link/body/message'],
  },
  {
    why: 'missing',
    reason: 'log and network drivers that are there',
    cases: 'system: facts of info',
    at: ['**/Plugins.Network/*', '**/Plugins.Log/*'],
  },
  {
    why: 'missing',
    reason: 'there is no BuildKit yet',
    cases: 'system: ping and its headers',
    at: '**/headers/builder-version',
    gantry: '1',
  },
]
