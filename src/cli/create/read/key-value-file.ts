import { readFileSync } from 'node:fs'
import { errorCode } from '#lib/errors'
import { cut } from '../../flags/text.ts'
import { openReason } from '../../io/open-reason.ts'

type LookUp = (name: string) => string | undefined

/** `-e NAME`: the value of this process's environment; without one the name alone, which unsets it. */
export function environmentVariable(text: string, lookUp: LookUp): string {
  const [name, value] = cut(text, '=')
  const found = value === undefined ? lookUp(name) : undefined
  return found === undefined ? text : `${name}=${found}`
}

/**
 * The lines of an --env-file or --label-file: `key=value`, `#` begins a comment. A key alone takes what `lookUp` says
 * and is left out where that says nothing.
 * @throws in Docker's words
 */
export function readKeyValueFile(path: string, lookUp: LookUp): string[] {
  const text = readText(path)
  try {
    return text
      .split(/\r?\n/)
      .flatMap((line, index) => readLine(index === 0 ? line.replace(/^\ufeff/, '') : line, lookUp))
  } catch (cause) {
    throw new Error(`invalid env file (${path}): ${cause instanceof Error ? cause.message : ''}`, { cause })
  }
}

function readText(path: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    const reason = openReason(path, cause)
    throw new Error(errorCode(cause) === 'EISDIR' ? `invalid env file (${path}): ${reason}` : reason, { cause })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Error(`invalid env file (${path}): invalid utf8 bytes at line ${badLine(bytes)}`, { cause })
  }
}

function badLine(bytes: Buffer): number {
  const lines = bytes.toString('latin1').split('\n')
  return lines.findIndex(line => Buffer.from(line, 'latin1').toString().includes('\ufffd')) + 1
}

function readLine(raw: string, lookUp: LookUp): string[] {
  const line = raw.trimStart()
  if (line === '' || line.startsWith('#')) return []
  const [key, value] = cut(line, '=')
  if (key === '') throw new Error(`no variable name on line '${line}'`)
  if (/[ \t]/.test(key)) throw new Error(`variable '${key}' contains whitespaces`)
  if (value !== undefined) return [line]
  const found = lookUp(key)
  return found === undefined ? [] : [`${key}=${found}`]
}
