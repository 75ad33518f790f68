import { GoError } from './failure.ts'

/** Bytes of one template; a person's template is a few hundred. */
export const TEMPLATE_BYTES_MAX = 256 * 1024
/** Levels of parentheses and of blocks inside each other in a template. */
export const NESTING_MAX = 200
/** Levels of templates that call each other. */
export const CALL_DEPTH_MAX = 200
/** Bodies inside bodies while a template runs, through all templates that call each other. */
export const BODY_DEPTH_MAX = 1000
/** Variables that exist at one place of a template. */
export const VARIABLES_MAX = 500
/** Levels of maps, lists and structs inside each other that are printed or parsed. */
export const DATA_DEPTH_MAX = 500
/** Rounds of all `range` loops of one execution together. */
export const ITERATIONS_MAX = 1_000_000
/** UTF-16 units that one execution writes. */
export const OUTPUT_MAX = 32 * 1024 * 1024
/** UTF-16 units of all strings that functions take and make in one execution, written or not. */
export const WORK_MAX = 128 * 1024 * 1024
/** What it costs to go through a text letter by letter, for each, in the units of WORK_MAX. */
export const LETTER_COST = 8
/** What it costs to print a value beside its text, in the units of WORK_MAX. */
export const VALUE_COST = 16
/** Evaluated operands and nodes, and elements of maps that are sorted, of one execution. */
export const STEPS_MAX = 5_000_000

/** What one execution may still use; passing a limit is an error of the template, never a hang. */
export class Budget {
  #iterations = ITERATIONS_MAX
  #output = OUTPUT_MAX
  #work = WORK_MAX
  #steps = STEPS_MAX

  iterate(): void {
    if (--this.#iterations < 0) throw new GoError(`more than ${ITERATIONS_MAX} range iterations`)
  }

  step(count = 1): void {
    this.#steps -= count
    if (this.#steps < 0) throw new GoError(`more than ${STEPS_MAX} evaluation steps`)
  }

  write(units: number): void {
    this.#output -= units
    if (this.#output < 0) throw new GoError(`output exceeds ${OUTPUT_MAX} characters`)
  }

  /** Call before a string of `units` is built or read through. */
  work(units: number): void {
    this.#work -= units
    if (this.#work < 0) throw new GoError(`strings exceed ${WORK_MAX} characters`)
  }
}
