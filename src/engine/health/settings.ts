import type { ContainerRecord, HealthSettings } from '../container/record.ts'

const SECOND = 1_000_000_000
const MILLISECOND = 1_000_000

/** What is checked and how often, decided; durations are milliseconds. */
export interface Healthcheck {
  readonly args: readonly string[]
  readonly interval: number
  readonly timeout: number
  readonly startPeriod: number
  readonly startInterval: number
  /** Failures in a row that make a container unhealthy. */
  readonly retries: number
}

/** Docker's where nobody says otherwise. */
const DEFAULTS = { interval: 30 * SECOND, timeout: 30 * SECOND, startInterval: 5 * SECOND, retries: 3 } as const
const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c']

/** Undefined where nothing is checked: no test, `NONE`, or a kind of test that there is none of, as with Docker. */
export function healthcheckOf({ spec }: ContainerRecord): Healthcheck | undefined {
  const settings = spec.healthcheck
  const args = settings === undefined ? undefined : argsOf(settings.test, spec.shell ?? DEFAULT_SHELL)
  if (settings === undefined || args === undefined) return undefined
  return {
    args,
    interval: millis(settings.interval, DEFAULTS.interval),
    timeout: millis(settings.timeout, DEFAULTS.timeout),
    startPeriod: millis(settings.startPeriod, 0),
    startInterval: millis(settings.startInterval, DEFAULTS.startInterval),
    retries: settings.retries === 0 ? DEFAULTS.retries : settings.retries,
  }
}

/** The container's own settings with the image's where they say nothing. */
export function mergeHealthcheck(
  own: HealthSettings | undefined,
  image: HealthSettings | undefined,
): HealthSettings | undefined {
  if (own === undefined || image === undefined) return own ?? image
  return {
    test: own.test.length === 0 ? image.test : own.test,
    interval: own.interval || image.interval,
    timeout: own.timeout || image.timeout,
    startPeriod: own.startPeriod || image.startPeriod,
    startInterval: own.startInterval || image.startInterval,
    retries: own.retries || image.retries,
  }
}

function argsOf([kind, ...rest]: readonly string[], shell: readonly string[]): readonly string[] | undefined {
  if (kind === 'CMD') return rest
  return kind === 'CMD-SHELL' ? [...shell, ...rest] : undefined
}

function millis(nanos: number, standard: number): number {
  return (nanos === 0 ? standard : nanos) / MILLISECOND
}
