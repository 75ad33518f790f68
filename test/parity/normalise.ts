/**
 * Takes out of what a run showed whatever is of that run alone: ids, times, addresses, paths, process ids. What stands
 * in their place says what kind of thing was there, so that a missing one still shows.
 */
import type { Json } from './case.ts'

export interface OwnWords {
  /** Texts and what stands for them, longest first. */
  readonly words: readonly (readonly [string, string])[]
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/\bsha256:[0-9a-f]{64}\b/g, '<digest>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\b[0-9a-f]{12}\b/g, '<short-id>'],
  [/"execDuration":"\d+"/g, '"execDuration":"<seconds>"'],
  [/\bpipe:\[\d+\]/g, 'pipe:[]'],
  [/(?!0001)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} UTC/g, '<time>'],
  [/\b(Less than a second|\d+ seconds?|About a minute)( ago)?\b/g, '<span>$2'],
  [/\b172\.17\.0\.1\b/g, '<gateway>'],
  [/\b172\.17\.\d+\.\d+\b(?!\/16)/g, '<ip>'],
  [/\b172\.17\.0\.(?!0\/)\d+\/16\b/g, '<ip>/16'],
  [/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, '<mac>'],
]

/** Numbers and paths that mean nothing to another engine, by the name of their field. */
const FIELDS: Readonly<Record<string, (value: Json) => Json>> = {
  Pid: value => (value === 0 ? 0 : '<pid>'),
  Created: value => (typeof value === 'number' && value > 1e9 ? '<unix time>' : value),
  time: unixTime,
  timeNano: unixTime,
  SandboxKey: value => (value === '' ? '' : '<path>'),
  LowerDir: isPath,
  MergedDir: isPath,
  UpperDir: isPath,
  WorkDir: isPath,
}

function unixTime(value: Json): Json {
  return typeof value === 'number' && value > 1e9 ? '<unix time>' : value
}

function isPath(value: Json): Json {
  return value === '' ? '' : '<path>'
}

export function normalise(value: Json, own: OwnWords): Json {
  if (typeof value === 'string') return normaliseText(value, own)
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(item => normalise(item, own))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const field = FIELDS[key]
      return [normaliseText(key, own), normalise(field === undefined ? item : field(item), own)]
    }),
  )
}

function normaliseText(text: string, { words }: OwnWords): string {
  let result = text
  for (const [word, stand] of words) result = result.replaceAll(word, stand)
  for (const [pattern, stand] of RULES) result = result.replace(pattern, stand)
  return result
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
