import type { Engine } from '../engines/engine.ts'

/** One line of the table. */
export interface Figure {
  readonly key: string
  readonly title: string
  readonly unit: 'ms' | 'MB'
  /** Times that each engine is measured, in turns with the others. */
  readonly rounds: number
  /** Makes ready what every round of this engine uses; undefined when the engine cannot do this. */
  readonly prepare: (engine: Engine) => Promise<Measured> | undefined
  /** What the figure is to hold: at most `share` of that engine's median, and at most `limit` of the unit. */
  readonly target?: { readonly of?: string; readonly share?: number; readonly limit?: number }
  /** Rounds whose result is thrown away, for caches that every engine has. */
  readonly warmUp: number
}

export interface Measured {
  readonly once: () => Promise<number>
  readonly end?: () => Promise<void>
}
