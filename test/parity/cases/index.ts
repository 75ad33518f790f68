import type { ParityCase } from '../case.ts'
import { RUN_CASES } from './run.ts'

/** Every case, in the order of the report. */
export const CASE_GROUPS: readonly { readonly title: string; readonly cases: readonly ParityCase[] }[] = [
  { title: 'docker run', cases: RUN_CASES },
]
