import { constants } from 'node:os'
import { posix } from 'node:path'
import { InvalidArgument } from '#lib/errors'
import { printable } from '#lib/printable'
import type { ContainerDefaults } from '#oci'
import { expandWord, expandWords, type Variables } from './expand.ts'
import { parseHealthcheck } from './healthcheck.ts'
import { type Line, parseLine, splitLines } from './lines.ts'
import { exposedPorts } from './ports.ts'
import { jsonStrings, splitPairs } from './words.ts'

export const NO_DEFAULTS: ContainerDefaults = {
  user: '',
  env: [],
  entrypoint: undefined,
  cmd: undefined,
  workingDir: '',
  exposedPorts: [],
  volumes: [],
  labels: Object.create(null),
  stopSignal: '',
  stopTimeout: undefined,
  healthcheck: undefined,
  shell: undefined,
  onBuild: [],
  argsEscaped: false,
}

const SHELL: readonly string[] = ['/bin/sh', '-c']

/**
 * The defaults of an image after some instructions of a Dockerfile, those that need no build.
 * @throws InvalidArgument in Docker's words
 */
export function applyChanges(defaults: ContainerDefaults, changes: readonly string[]): ContainerDefaults {
  if (changes.length === 0) return defaults
  const lines = splitLines(changes.join('\n'))
  for (const { command } of lines) {
    if (!Object.hasOwn(INSTRUCTIONS, command.toLowerCase())) {
      throw new InvalidArgument(`${printable(command)} is not a valid change command`)
    }
  }
  let isCmdSet = false
  let now = defaults
  for (const line of lines) {
    const command = line.command.toLowerCase()
    const change = INSTRUCTIONS[command]?.(line, now, isCmdSet) ?? {}
    if (command === 'cmd' && line.rest !== '' && change.cmd?.length !== 0) isCmdSet = true
    now = { ...now, ...change }
  }
  return now
}

type Change = (line: Line, now: ContainerDefaults, isCmdSet: boolean) => Partial<ContainerDefaults>

const INSTRUCTIONS: Readonly<Record<string, Change>> = {
  cmd: (line, now) => ({ cmd: commandLine(withoutFlags(line), now) }),
  entrypoint: (line, now, isCmdSet) => {
    const isEmpty = withoutFlags(line).rest === '' || jsonStrings(line.rest)?.length === 0
    // A command that was meant for another entrypoint goes with it.
    return { entrypoint: isEmpty ? undefined : commandLine(line, now), ...(!isCmdSet && { cmd: undefined }) }
  },
  env: (line, now) => ({ env: withPairs(now.env, pairs('ENV', line, now)) }),
  expose: (line, now) => {
    const words = atLeastOne('EXPOSE', line).split(/\s+/).sort()
    const ports = words.flatMap(word => expandWords(word, variablesOf(now))).flatMap(exposedPorts)
    return { exposedPorts: [...new Set([...now.exposedPorts, ...ports])] }
  },
  healthcheck: line => ({ healthcheck: parseHealthcheck(line) }),
  label: (line, now) => {
    const labels: Record<string, string> = Object.assign(Object.create(null), now.labels)
    for (const [key, value] of pairs('LABEL', line, now)) labels[key] = value
    return { labels }
  },
  onbuild: (line, now) => ({ onBuild: [...now.onBuild, trigger(atLeastOne('ONBUILD', line))] }),
  stopsignal: (line, now) => ({ stopSignal: signal(expandWord(exactlyOne('STOPSIGNAL', line), variablesOf(now))) }),
  user: (line, now) => ({ user: expandWord(exactlyOne('USER', line), variablesOf(now)) }),
  volume: (line, now) => ({ volumes: [...new Set([...now.volumes, ...volumes(line, now)])] }),
  workdir: (line, now) => {
    const wanted = expandWord(exactlyOne('WORKDIR', line), variablesOf(now))
    if (wanted === '') throw new InvalidArgument('cannot normalize nothing')
    return { workingDir: posix.resolve('/', now.workingDir, wanted) }
  },
}

/** A list as it is; anything else is for the shell. */
function commandLine({ rest }: Line, { shell }: ContainerDefaults): readonly string[] {
  return jsonStrings(rest) ?? [...(shell ?? SHELL), ...(rest === '' ? [] : [rest])]
}

function pairs(command: string, line: Line, now: ContainerDefaults): (readonly [string, string])[] {
  const variables = variablesOf(now)
  return splitPairs(command, withoutFlags(line).rest).map(([key, value]) => [
    expandWord(key, variables),
    expandWord(value, variables),
  ])
}

function variablesOf({ env }: ContainerDefaults): Variables {
  return new Map(env.map(entry => [keyOf(entry), entry.slice(keyOf(entry).length + 1)]))
}

function keyOf(entry: string): string {
  return entry.split('=', 1)[0] ?? ''
}

/** Variables keep their places; new ones come last. */
function withPairs(env: readonly string[], added: readonly (readonly [string, string])[]): string[] {
  const result = [...env]
  for (const [key, value] of added) {
    const at = result.findIndex(entry => keyOf(entry) === key)
    result.splice(at < 0 ? result.length : at, at < 0 ? 0 : 1, `${key}=${value}`)
  }
  return result
}

function volumes(line: Line, now: ContainerDefaults): string[] {
  const rest = atLeastOne('VOLUME', line)
  return (jsonStrings(rest) ?? rest.split(/\s+/)).map(written => {
    const path = expandWord(written.trim(), variablesOf(now))
    if (path === '') throw new InvalidArgument('VOLUME specified can not be an empty string')
    return path
  })
}

function trigger(text: string): string {
  const command = parseLine(text).command.toUpperCase()
  if (command === 'ONBUILD') throw new InvalidArgument("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
  if (command === 'MAINTAINER' || command === 'FROM') {
    throw new InvalidArgument(`${command} isn't allowed as an ONBUILD trigger`)
  }
  return text
}

/** A signal by name or number, as written. */
function signal(text: string): string {
  const name = text.toUpperCase().replace(/^SIG/, '')
  const isNumber = /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 64
  const isRealTime = /^RTM(?:IN(?:\+(?:[1-9]|1[0-5]))?|AX(?:-(?:[1-9]|1[0-4]))?)$/.test(name)
  if (isNumber || isRealTime || Object.hasOwn(constants.signals, `SIG${name}`)) return text
  throw new InvalidArgument(`invalid signal: ${printable(text)}`)
}

function withoutFlags(line: Line): Line {
  const [flag] = line.flags
  if (flag !== undefined) throw new InvalidArgument(`unknown flag: ${printable(flag.split('=', 1)[0] ?? flag)}`)
  return line
}

function atLeastOne(command: string, line: Line): string {
  const { rest } = withoutFlags(line)
  if (rest === '') throw new InvalidArgument(`${command} requires at least one argument`)
  return rest
}

function exactlyOne(command: string, line: Line): string {
  const { rest } = withoutFlags(line)
  if (rest === '') throw new InvalidArgument(`${command} requires exactly one argument`)
  return rest
}
