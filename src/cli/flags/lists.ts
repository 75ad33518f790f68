import type { Filters } from '#api'
import type { Flag } from './flag.ts'
import { cut } from './text.ts'

/** As `list`, for what is more than a text. */
export function each<T>(usage: string, kind: string, read: (text: string) => T): Flag<readonly T[]> {
  return { usage, kind, initial: [], add: (before, text) => [...before, read(text)] }
}

/** `key=value`, may be given several times; a later value replaces the earlier one of its key. */
export function map(usage: string, check: (text: string) => void = () => {}): Flag<Readonly<Record<string, string>>> {
  return {
    usage,
    kind: 'map',
    initial: {},
    add(before, text) {
      check(text)
      return withKey(before, text)
    },
  }
}

/** `--filter key=value`; an empty text is none. */
export function filters(usage = 'Filter output based on conditions provided'): Flag<Filters> {
  return {
    usage,
    short: 'f',
    kind: 'filter',
    initial: new Map(),
    add(before, text) {
      if (text === '') return before
      const at = text.indexOf('=')
      if (at < 0) throw new Error('bad format of filter (expected name=value)')
      const name = text.slice(0, at).trim().toLowerCase()
      const value = text.slice(at + 1).trim()
      return new Map([...before, [name, [...new Set([...(before.get(name) ?? []), value])]]])
    },
  }
}

/** `record` with one `key=value` more; without `=` the value is empty. Keys of the user's choice are just keys. */
export function withKey(record: Readonly<Record<string, string>>, pair: string): Readonly<Record<string, string>> {
  const [key, value] = cut(pair, '=')
  const copy: Record<string, string> = Object.assign(Object.create(null), record)
  copy[key] = value ?? ''
  return copy
}
