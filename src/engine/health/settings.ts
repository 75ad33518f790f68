import { type HttpTarget, httpTarget, type TcpTarget, tcpTarget } from '#lib/probe-target'
import type { ContainerRecord, HealthSettings } from '../container/record.ts'

const SECOND = 1_000_000_000
const MILLISECOND = 1_000_000

/** What is checked and how often, decided; durations are milliseconds. */
export interface Healthcheck {
  readonly target: HealthTarget
  readonly interval: number
  readonly timeout: number
  readonly startPeriod: number
  readonly startInterval: number
  /** Failures in a row that make a container unhealthy. */
  readonly retries: number
}

/** Who is asked: a command in the container, or the container over its network. */
export type HealthTarget = { readonly kind: 'exec'; readonly args: readonly string[] } | HttpTarget | TcpTarget

/** Docker's where nobody says otherwise. */
const DEFAULTS = { interval: 30 * SECOND, timeout: 30 * SECOND, startInterval: 5 * SECOND, retries: 3 } as const
const DEFAULT_SHELL: readonly string[] = ['/bin/sh', '-c']

/** Undefined where nothing is checked: no test, `NONE`, or a kind of test that there is none of, as with Docker. */
export function healthcheckOf({ spec }: ContainerRecord): Healthcheck | undefined {
  const settings = spec.healthcheck
  const target = settings === undefined ? undefined : targetOf(settings.test, spec.shell ?? DEFAULT_SHELL)
  if (settings === undefined || target === undefined) return undefined
  return {
    target,
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
    ...(own.onFailure && { onFailure: own.onFailure }),
  }
}

function targetOf([kind, ...rest]: readonly string[], shell: readonly string[]): HealthTarget | undefined {
  switch (kind) {
    case 'CMD':
      return { kind: 'exec', args: rest }
    case 'CMD-SHELL':
      return { kind: 'exec', args: [...shell, ...rest] }
    case 'HTTP':
      return httpTarget(rest[0] ?? '')
    case 'TCP':
      return tcpTarget(rest[0] ?? '')
    default:
      return undefined
  }
}

function millis(nanos: number, standard: number): number {
  return (nanos === 0 ? standard : nanos) / MILLISECOND
}
