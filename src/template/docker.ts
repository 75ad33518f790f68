import { byteLength, compareText, sliceBytes } from './bytes.ts'
import type { FunctionTable, TemplateFunction } from './call.ts'
import { GoError } from './failure.ts'
import { toJson } from './json.ts'
import { LETTER_COST } from './limits.ts'
import type { Meter } from './printer.ts'
import { sprint, typeName } from './printer.ts'
import { unboxed } from './truth.ts'
import { ANY, INT, STRING } from './types.ts'
import type { Data, Value } from './values.ts'
import { INVALID, integerOf, placed, slice, textOf } from './values.ts'

/** What Docker adds to Go's functions, for `--format` and `inspect -f`. */
export const DOCKER_FUNCTIONS: FunctionTable = new Map<string, TemplateFunction>([
  ['json', { params: [ANY], call: ([value = INVALID], meter) => toJson(value, meter) }],
  [
    'split',
    { params: [STRING, STRING], call: ([text, separator], meter) => split(textOf(text), textOf(separator), meter) },
  ],
  [
    'join',
    {
      params: [ANY, STRING],
      call: ([elements = INVALID, separator], meter) => join(elements, textOf(separator), meter),
    },
  ],
  ['title', textFunction(title)],
  ['lower', textFunction(text => eachCharacter(text, lower))],
  ['upper', textFunction(text => eachCharacter(text, upper))],
  [
    'pad',
    {
      params: [STRING, INT, INT],
      call: ([text, prefix, suffix], meter) =>
        pad(textOf(text), Number(integerOf(prefix)), Number(integerOf(suffix)), meter),
    },
  ],
  ['truncate', { params: [STRING, INT], call: ([text, length]) => truncate(textOf(text), Number(integerOf(length))) }],
])

/** For the header of a table: the same template runs over column titles, which must stay as they are. */
export const HEADER_FUNCTIONS: FunctionTable = new Map<string, TemplateFunction>([
  ['json', textFunction(text => text)],
  ['split', { params: [STRING, STRING], call: ([text]) => text }],
  ['join', { params: [STRING, STRING], call: ([text]) => text }],
  ['title', textFunction(text => text)],
  ['lower', textFunction(text => text)],
  ['upper', textFunction(text => text)],
  ['truncate', { params: [STRING, INT], call: ([text]) => text }],
])

function textFunction(change: (text: string) => string): TemplateFunction {
  return {
    params: [STRING],
    call: ([value], meter) => {
      const text = textOf(value)
      meter(text.length * LETTER_COST)
      return change(text)
    },
  }
}

function split(text: string, separator: string, meter: Meter): Data {
  meter(text.length * LETTER_COST)
  return slice(STRING, separator === '' ? [...text] : text.split(separator))
}

/** Strings as they are, other elements as `print` shows them; a map's values sorted. */
function join(elements: Value, separator: string, meter: Meter): string {
  const value = unboxed(elements)
  switch (value.kind) {
    case 'invalid':
      return ''
    case 'slice':
      meter(separator.length * (value.items?.length ?? 0))
      return (value.items ?? []).map(item => sprint([placed(item, value.type.elem)], meter)).join(separator)
    case 'map': {
      meter(separator.length * (value.entries?.size ?? 0))
      const texts = [...(value.entries ?? [])].map(([, item]) => sprint([placed(item, value.type.elem)], meter))
      return texts.sort(compareText).join(separator)
    }
    default:
      throw new GoError(`expected slice, got ${typeName(value)}`)
  }
}

/** Spaces before and after a text that is not empty. */
function pad(text: string, prefix: number, suffix: number, meter: Meter): string {
  if (text === '') return text
  if (prefix < 0 || suffix < 0) throw new GoError('strings: negative Repeat count')
  meter(prefix + suffix)
  return ' '.repeat(prefix) + text + ' '.repeat(suffix)
}

/** The first `length` bytes, without a sign that something was cut. */
function truncate(text: string, length: number): string {
  if (byteLength(text) < length) return text
  if (length < 0) throw new GoError(`runtime error: slice bounds out of range [:${length}]`)
  return sliceBytes(text, 0, length)
}

/** Go changes letters one by one: where that would need two, the letter stays. */
function eachCharacter(text: string, change: (character: string) => string): string {
  let changed = ''
  for (const character of text) changed += change(character)
  return changed
}

function upper(character: string): string {
  const changed = character.toUpperCase()
  return [...changed].length === 1 ? changed : character
}

function lower(character: string): string {
  if (character === 'İ') return 'i'
  const changed = character.toLowerCase()
  return [...changed].length === 1 ? changed : character
}

/** Upper case for the first letter of each word, Go's strings.Title. */
function title(text: string): string {
  let before = ' '
  return eachCharacter(text, character => {
    const starts = isSeparator(before)
    before = character
    return starts ? upper(character) : character
  })
}

function isSeparator(character: string): boolean {
  if (/^[\x00-\x7f]$/.test(character)) return !/^[0-9A-Za-z_]$/.test(character)
  return !/^[\p{L}\p{Nd}]$/u.test(character) && /^\s$/u.test(character)
}
