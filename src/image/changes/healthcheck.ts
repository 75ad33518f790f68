import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'
import { parseDuration } from '#lib/units'
import type { HealthcheckDefaults } from '#oci'
import type { Line } from './lines.ts'
import { jsonStrings } from './words.ts'

const NOTHING: HealthcheckDefaults = {
  test: [],
  interval: 0,
  timeout: 0,
  startPeriod: 0,
  startInterval: 0,
  retries: 0,
}

const DURATIONS = {
  interval: 'interval',
  timeout: 'timeout',
  'start-period': 'startPeriod',
  'start-interval': 'startInterval',
} as const

const MILLISECOND = 1e6

/** `HEALTHCHECK NONE`, `HEALTHCHECK --interval=5s CMD ...`. @throws InvalidArgument in Docker's words */
export function parseHealthcheck({ flags, rest }: Line): HealthcheckDefaults {
  const [, word = '', command = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? []
  const type = word.toUpperCase()
  if (type === '') throw new InvalidArgument('HEALTHCHECK requires at least one argument')
  if (type === 'NONE') {
    if (command !== '') throw new InvalidArgument('HEALTHCHECK NONE takes no arguments')
    return { ...NOTHING, test: ['NONE'] }
  }
  if (type !== 'CMD') throw new InvalidArgument(`Unknown type ${quoted(type)} in HEALTHCHECK (try CMD)`)
  const list = jsonStrings(command)
  if (list === undefined ? command === '' : list.length === 0) {
    throw new InvalidArgument('Missing command after HEALTHCHECK CMD')
  }
  const test = list === undefined ? ['CMD-SHELL', command] : ['CMD', ...list]
  return { ...NOTHING, ...readFlags(flags), test }
}

function readFlags(flags: readonly string[]): Partial<HealthcheckDefaults> {
  const found = new Map<string, string>()
  for (const flag of flags) {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(flag) ?? []
    if (name !== 'retries' && !Object.hasOwn(DURATIONS, name)) throw new InvalidArgument(`unknown flag: --${name}`)
    if (found.has(name)) throw new InvalidArgument(`duplicate flag specified: --${name}`)
    if (value === undefined) throw new InvalidArgument(`missing a value on flag: --${name}`)
    found.set(name, value)
  }
  const durations = Object.entries(DURATIONS).map(([name, key]) => [key, readDuration(name, found.get(name) ?? '')])
  return { ...Object.fromEntries(durations), retries: readRetries(found.get('retries') ?? '') }
}

function readDuration(name: string, text: string): number {
  if (text === '') return 0
  const nanos = parseDuration(text)
  if (nanos === undefined) throw new InvalidArgument(`time: invalid duration ${quoted(text)}`)
  if (nanos !== 0 && nanos < MILLISECOND) {
    throw new InvalidArgument(`Interval ${quoted(name)} cannot be less than 1ms`)
  }
  return nanos
}

function readRetries(text: string): number {
  if (text === '') return 0
  const retries = Number(text)
  if (!/^[+-]?\d{1,10}$/.test(text) || retries > 2 ** 31 - 1) {
    throw new InvalidArgument(`strconv.ParseInt: parsing ${quoted(text)}: invalid syntax`)
  }
  if (retries < 0) throw new InvalidArgument(`--retries cannot be negative (${retries})`)
  return retries
}
