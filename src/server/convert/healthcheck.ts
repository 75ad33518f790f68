import type { HealthConfig, HealthcheckConfig } from '#api'
import type { HealthSettings } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { httpTarget, tcpTarget } from '#lib/probe-target'

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
    ...(check.onFailure === undefined ? {} : { OnFailure: check.onFailure }),
  }
}

/** Clients without a field for it say by a label what is to be done on failure. */
const ON_FAILURE_LABEL = 'gantry.health.on-failure'
const ACTIONS = ['none', 'kill', 'restart', 'stop'] as const

/** Undefined where nothing is said. @throws InvalidArgument in Docker's words */
export function convertHealthcheck(
  check: HealthConfig | undefined,
  labels: Readonly<Record<string, string>>,
): HealthSettings | undefined {
  if (check === undefined && labels[ON_FAILURE_LABEL] === undefined) return undefined
  return convert(check ?? {}, labels)
}

function convert(check: HealthConfig, labels: Readonly<Record<string, string>>): HealthSettings {
  const settings = {
    test: check.Test?.slice() ?? [],
    interval: duration('Interval', check.Interval),
    timeout: duration('Timeout', check.Timeout),
    retries: check.Retries ?? 0,
    startPeriod: duration('StartPeriod', check.StartPeriod),
    startInterval: duration('StartInterval', check.StartInterval),
    ...onFailure(check.OnFailure ?? labels[ON_FAILURE_LABEL] ?? ''),
  }
  checkTarget(settings.test)
  if (settings.retries < 0) throw new InvalidArgument('Retries in Healthcheck cannot be negative')
  return settings
}

function onFailure(text: string): Pick<HealthSettings, 'onFailure'> {
  if (text === '') return {}
  const action = ACTIONS.find(name => name === text)
  if (action === undefined) {
    throw new InvalidArgument(`invalid on-failure action for health check: ${text}`, {
      fix: 'use none, kill, restart or stop',
    })
  }
  return { onFailure: action }
}

/** What asks over the network says where. @throws InvalidArgument */
function checkTarget([kind, where = '']: readonly string[]): void {
  const isWrong =
    (kind === 'HTTP' && httpTarget(where) === undefined) || (kind === 'TCP' && tcpTarget(where) === undefined)
  if (!isWrong) return
  throw new InvalidArgument(`invalid target of a ${kind} health check: ${JSON.stringify(where)}`, {
    fix: kind === 'HTTP' ? 'write :PORT/PATH, as in :8080/ready' : 'write :PORT, as in :5432',
  })
}

function duration(name: string, nanos = 0): number {
  if (nanos === 0 || nanos >= MILLISECOND) return nanos
  throw new InvalidArgument(`${name} in Healthcheck cannot be less than 1ms`)
}
