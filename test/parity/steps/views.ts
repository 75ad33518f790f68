import { errorText } from '#lib/errors'
import { listingLine, readTar } from '../../support/tar-listing.ts'
import type { Json, JsonObject, Shown, View } from '../case.ts'
import { isList } from '../normalise.ts'
import { readFrames } from './frames.ts'

/** Bytes as what they mean; what cannot be read that way stays text, so that it shows as a difference. */
export function show(bytes: Buffer, { view = 'text', pick, each }: Shown = {}): Json {
  const shown = look(bytes, view)
  if (pick !== undefined) return picked(shown, pick)
  if (each === undefined || !isList(shown)) return shown
  return each.length === 0 ? { items: shown.length } : shown.map(item => picked(item, each))
}

function picked(value: Json, paths: readonly string[]): Json {
  return Object.fromEntries(paths.map(path => [path, below(value, path) ?? '(absent)']))
}

function look(bytes: Buffer, view: View): Json {
  const text = bytes.toString()
  switch (view) {
    case 'text':
      return lines(text)
    case 'sorted':
      return lines(text).sort()
    case 'json':
      return parsed(text) ?? lines(text)
    case 'json-lines':
      return lines(text).map(line => parsed(line) ?? line)
    case 'shape':
      return shape(parsed(text) ?? text)
    case 'pairs':
      return pairs(text)
    case 'mounts':
      return mounts(text)
    case 'frames':
      return readFrames(bytes)
    case 'tar':
      return members(bytes)
  }
}

/** In the order of names, without times; a folder's size is its file system's. */
function members(bytes: Buffer): Json {
  const found: string[] = []
  try {
    readTar([bytes], (entry, content) => {
      const line = listingLine({ ...entry, mtime: 0n }).replace('1970-01-01 00:00:00 ', '')
      found.push(entry.type === 'file' ? `${line} ${JSON.stringify(content.toString())}` : line)
    })
  } catch (error) {
    return [errorText(error), ...lines(bytes.toString())]
  }
  return found.sort()
}

function lines(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}

/** Undefined where the text is no JSON. */
export function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function shape(value: Json): Json {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape((value as readonly Json[])[0] ?? null)]
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item)]))
}

function pairs(text: string): JsonObject {
  return Object.fromEntries(
    lines(text).map(line => {
      const at = line.search(/[:=]/)
      return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
}

/** proc_pid_mountinfo(5): what is mounted where, and how; the rest is the host's and the runtime's. */
function mounts(text: string): JsonObject {
  const found: Record<string, Json> = {}
  for (const line of lines(text)) {
    const [own = '', other = ''] = line.split(' - ')
    const [, , , , target = '', options = ''] = own.split(' ')
    const [type = ''] = other.split(' ')
    found[target] = { type, options: options.split(',').sort().join() }
  }
  return found
}

function below(value: Json, path: string): Json | undefined {
  let at: Json | undefined = value
  for (const part of path.split('.')) {
    if (at === undefined || at === null || typeof at !== 'object') return undefined
    at = (at as JsonObject)[part]
  }
  return at
}
