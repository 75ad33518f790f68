import type { HealthConfig } from '#api'
import type { CreateFlags } from './flags.ts'

const SETTINGS = [
  'health-interval',
  'health-timeout',
  'health-retries',
  'health-start-period',
  'health-start-interval',
] as const

/** What the flags say of checks of health; undefined where they say nothing. @throws Error in Docker's words */
export function healthcheck(flags: CreateFlags): HealthConfig | undefined {
  const command = flags['health-cmd']
  const tests = [
    ...(command === '' ? [] : [['CMD-SHELL', command]]),
    ...(flags['health-http'] === '' ? [] : [['HTTP', flags['health-http']]]),
    ...(flags['health-tcp'] === '' ? [] : [['TCP', flags['health-tcp']]]),
  ]
  if (tests.length > 1) throw new Error('conflicting options: use one of --health-cmd, --health-http and --health-tcp')
  const [Test] = tests
  const OnFailure = flags['health-on-failure']
  const isSet = Test !== undefined || OnFailure !== '' || SETTINGS.some(name => flags[name] !== 0)
  if (flags['no-healthcheck']) {
    if (isSet) throw new Error('--no-healthcheck conflicts with --health-* options')
    return { Test: ['NONE'] }
  }
  if (!isSet) return undefined
  const negative = SETTINGS.find(name => flags[name] < 0)
  if (negative !== undefined) throw new Error(`--${negative} cannot be negative`)
  return {
    ...(Test === undefined ? {} : { Test }),
    ...(OnFailure === '' ? {} : { OnFailure }),
    ...nonZero({ Interval: flags['health-interval'] }),
    ...nonZero({ Timeout: flags['health-timeout'] }),
    ...nonZero({ StartPeriod: flags['health-start-period'] }),
    ...nonZero({ StartInterval: flags['health-start-interval'] }),
    ...nonZero({ Retries: flags['health-retries'] }),
  }
}

function nonZero(field: HealthConfig): HealthConfig {
  return Object.values(field).every(value => value === 0) ? {} : field
}
