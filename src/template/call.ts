import type { Meter } from './printer.ts'
import type { Type } from './types.ts'
import type { Data, Value } from './values.ts'

/** A parameter that takes whatever comes, as it is. */
export const ANYTHING = { kind: 'anything', name: 'reflect.Value' } as const

export type Param = Type | typeof ANYTHING

/**
 * A function of a template. Its arguments are checked against `params` (and `rest` for further ones) before the call; a
 * GoError that it throws ends the execution with `error calling NAME: ...`.
 */
export interface TemplateFunction {
  readonly params: readonly Param[]
  readonly rest?: Param
  /** `meter` is told the length of each string before it is built. */
  readonly call: (args: readonly Value[], meter: Meter) => Data
}

export type FunctionTable = ReadonlyMap<string, TemplateFunction>
