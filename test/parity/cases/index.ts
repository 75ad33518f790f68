import type { ParityCase } from '../case.ts'
import { RUN_CASES } from './run.ts'

/** Every case, in the order of the report. */
export const CASES: readonly ParityCase[] = [...RUN_CASES]
