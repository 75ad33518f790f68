import type { ContainerSpec } from '#engine'
import { InvalidArgument, NotImplemented } from '#lib/errors'
import { parseMemory } from '#lib/units'

const DRIVERS_ELSEWHERE = ['local', 'syslog', 'journald', 'gelf', 'fluentd', 'awslogs', 'splunk', 'gcplogs', 'etwlogs']

/** What Docker's json-file knows besides. */
const OPTIONS_ELSEWHERE = ['compress', 'mode', 'max-buffer-size']
/** What entries are to carry. */
const ATTRIBUTE_OPTIONS = ['labels', 'labels-regex', 'env', 'env-regex', 'tag']

/** `--log-driver` and `--log-opt`. @throws InvalidArgument, NotImplemented */
export function convertLog(type: string, options: Readonly<Record<string, string>>): ContainerSpec['host']['log'] {
  const driver = type === '' ? 'json-file' : type
  if (driver !== 'json-file' && driver !== 'none') {
    if (DRIVERS_ELSEWHERE.includes(driver)) {
      throw new NotImplemented(`log driver ${driver} is not done by this version of Gantry`, {
        fix: 'use --log-driver json-file or none',
      })
    }
    throw new InvalidArgument(`logger: no log driver named '${driver}' is registered`, {
      fix: 'use --log-driver json-file or none',
    })
  }
  for (const [name, value] of Object.entries(options)) checkOption(driver, name, value)
  return { driver, options: { ...options } }
}

function checkOption(driver: string, name: string, value: string): void {
  if (driver === 'json-file' && ATTRIBUTE_OPTIONS.includes(name)) return
  if (driver === 'json-file' && name === 'max-size') {
    if (value !== '-1' && parseMemory(value) < 1) throw new InvalidArgument(`max-size must be positive, not ${value}`)
    return
  }
  if (driver === 'json-file' && name === 'max-file') {
    if (!/^\d+$/.test(value) || Number(value) < 1) throw new InvalidArgument('max-file cannot be less than 1')
    return
  }
  if (driver === 'json-file' && OPTIONS_ELSEWHERE.includes(name)) {
    throw new NotImplemented(`log opt ${name} of ${driver} is not done by this version of Gantry`, {
      fix: 'leave it out; known are max-size, max-file, labels, labels-regex, env, env-regex and tag',
    })
  }
  throw new InvalidArgument(`unknown log opt '${name}' for ${driver} log driver`, {
    fix: 'known are max-size, max-file, labels, labels-regex, env, env-regex and tag',
  })
}
