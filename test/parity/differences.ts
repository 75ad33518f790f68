import type { Difference } from './accept.ts'
import { OF_COPIES } from './differences/copy.ts'
import { DELIBERATE } from './differences/deliberate.ts'
import { OF_EXECS } from './differences/exec.ts'
import { MISSING } from './differences/missing.ts'
import { NEWER } from './differences/newer.ts'
import { OF_OPTIONS } from './differences/options.ts'
import { OF_THE_RUNTIME } from './differences/runtime.ts'

/** Every difference that is accepted. One that no longer shows fails the tests like one that is new. */
export const DIFFERENCES: readonly Difference[] = [
  ...DELIBERATE,
  ...MISSING,
  ...OF_THE_RUNTIME,
  ...NEWER,
  ...OF_EXECS,
  ...OF_COPIES,
  ...OF_OPTIONS,
]
