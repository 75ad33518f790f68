import { GoError } from './failure.ts'

/** Bytes of one template; a person's template is a few hundred. */
export const TEMPLATE_BYTES_MAX = 256 * 1024
/** Levels of parentheses and of blocks inside each other in a template. */
export const NESTING_MAX = 200
/** Levels of templates that call each other. */
export const CALL_DEPTH_MAX = 200
/** Levels of maps, lists and structs inside each other that are printed or parsed. */
export const DATA_DEPTH_MAX = 500
/** Rounds of all `range` loops of one execution together. */
export const ITERATIONS_MAX = 1_000_000
/** UTF-16 units that one execution writes. */
export const OUTPUT_MAX = 64 * 1024 * 1024
/** UTF-16 units of all strings that functions make in one execution, written or not. */
export const WORK_MAX = 256 * 1024 * 1024
/** Evaluated operands and nodes of one execution. */
export const STEPS_MAX = 20_000_000

/** What one execution may still use; passing a limit is an error of the template, never a hang. */
export class Budget {
  #iterations = ITERATIONS_MAX
  #output = OUTPUT_MAX
  #work = WORK_MAX
  #steps = STEPS_MAX

  iterate(): void {
    if (--this.#iterations < 0) throw new GoError(`more than ${ITERATIONS_MAX} range iterations`)
  }

  step(): void {
    if (--this.#steps < 0) throw new GoError(`more than ${STEPS_MAX} evaluation steps`)
  }

  write(units: number): void {
    this.#output -= units
    if (this.#output < 0) throw new GoError(`output exceeds ${OUTPUT_MAX} characters`)
  }

  /** Call before a string of `units` is built. */
  work(units: number): void {
    this.#work -= units
    if (this.#work < 0) throw new GoError(`strings exceed ${WORK_MAX} characters`)
  }
}
