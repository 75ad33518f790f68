/**
 * A flag of a command. It folds what stands on the command line into one value, text by text, in the order in which
 * the texts come; `add` throws in Docker's words where a text cannot be read.
 */
export interface Flag<T> {
  readonly usage: string
  /** One letter. */
  readonly short?: string
  /** What the help calls its value: `string`, `list`, ...; empty for one that stands alone. */
  readonly kind: string
  readonly initial: T
  /** What the flag means without a value; only a flag that has this may stand alone. */
  readonly alone?: string
  /** The default as the help shows it; none where it goes without saying. */
  readonly shownDefault?: string
  readonly hidden?: true
  /** Why it should not be used any more. */
  readonly deprecated?: string
  /** The name of the flag that this one is another name of. */
  readonly as?: string
  /** Values for completion. */
  readonly values?: readonly string[] | CompletedNames
  add(before: T, text: string): T
}

/** What lives in the engine, for completion; `places` are containers to be followed by a path, and files. */
export type CompletedNames = 'containers' | 'running' | 'stopped' | 'images' | 'networks' | 'files' | 'places'

export type Flags = Readonly<Record<string, Flag<unknown>>>

/** The values of a table of flags. */
export type Values<F extends Flags> = { readonly [K in keyof F]: F[K]['initial'] }

/** All that may be said of a flag besides what it is for. */
export interface Details<T> {
  readonly short?: string
  readonly initial?: T
  readonly kind?: string
  readonly shownDefault?: string
  readonly hidden?: true
  readonly deprecated?: string
  readonly values?: readonly string[] | CompletedNames
}

/** A second name of the flag called `name`: both write the same value. */
export function alias<T>(
  name: string,
  flag: Flag<T>,
  details: { hidden?: true; deprecated?: string; usage?: string } = {},
): Flag<T> {
  const { short: _, ...rest } = flag
  return { ...rest, ...details, as: name }
}
