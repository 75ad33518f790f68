import type { HealthConfig, HealthcheckConfig } from '#api'
import type { HealthSettings } from '#engine'
import { InvalidArgument } from '#lib/errors'

const MILLISECOND = 1_000_000

/** What of a check was said, for inspect of images and containers. */
export function inspectHealthcheck(
  check: Readonly<Omit<HealthSettings, 'test'>> & { readonly test: readonly string[] },
): HealthcheckConfig {
  return {
    ...(check.test.length === 0 ? {} : { Test: check.test }),
    ...(check.interval === 0 ? {} : { Interval: check.interval }),
    ...(check.timeout === 0 ? {} : { Timeout: check.timeout }),
    ...(check.startPeriod === 0 ? {} : { StartPeriod: check.startPeriod }),
    ...(check.startInterval === 0 ? {} : { StartInterval: check.startInterval }),
    ...(check.retries === 0 ? {} : { Retries: check.retries }),
  }
}

/** @throws InvalidArgument in Docker's words */
export function convertHealthcheck(check: HealthConfig): HealthSettings {
  const settings = {
    test: check.Test?.slice() ?? [],
    interval: duration('Interval', check.Interval),
    timeout: duration('Timeout', check.Timeout),
    retries: check.Retries ?? 0,
    startPeriod: duration('StartPeriod', check.StartPeriod),
    startInterval: duration('StartInterval', check.StartInterval),
  }
  if (settings.retries < 0) throw new InvalidArgument('Retries in Healthcheck cannot be negative')
  return settings
}

function duration(name: string, nanos = 0): number {
  if (nanos === 0 || nanos >= MILLISECOND) return nanos
  throw new InvalidArgument(`${name} in Healthcheck cannot be less than 1ms`)
}
