import { formatRfc3339Nano, type UnixNanos } from '#lib/time'
import type { ContainerDefaults, Digest, HealthcheckDefaults, HistoryEntry, Platform } from '#oci'

export interface NewConfig {
  readonly platform: Platform
  readonly created: UnixNanos
  readonly comment: string
  readonly defaults: ContainerDefaults
  readonly author?: string
  /** Lowest layer first. */
  readonly diffIds: readonly Digest[]
  /** Steps, oldest first. */
  readonly history: readonly HistoryEntry[]
}

/** The configuration of an image, as Docker writes it (Docker image spec 1.3); what is not set is left out. */
export function configJson(config: NewConfig): Buffer {
  const { platform, created, comment, defaults, author = '', diffIds, history } = config
  const at = formatRfc3339Nano(created)
  return Buffer.from(
    JSON.stringify({
      architecture: platform.architecture,
      ...(author !== '' && { author }),
      ...(comment !== '' && { comment }),
      config: defaultsJson(defaults),
      created: at,
      history: history.map(historyJson),
      os: platform.os,
      rootfs: { type: 'layers', diff_ids: diffIds },
      ...(platform.variant !== '' && { variant: platform.variant }),
    }),
  )
}

function historyJson({ created, createdBy, author, comment, emptyLayer }: HistoryEntry): object {
  return {
    ...(created !== undefined && { created: formatRfc3339Nano(created) }),
    ...(author !== '' && { author }),
    ...(createdBy !== '' && { created_by: createdBy }),
    ...(comment !== '' && { comment }),
    ...(emptyLayer && { empty_layer: true }),
  }
}

function defaultsJson(defaults: ContainerDefaults): object {
  const { user, env, entrypoint, cmd, workingDir, exposedPorts, volumes, labels, healthcheck, onBuild } = defaults
  const { stopSignal, stopTimeout, shell } = defaults
  return {
    ...(user !== '' && { User: user }),
    ...(exposedPorts.length > 0 && { ExposedPorts: setJson(exposedPorts) }),
    ...(env.length > 0 && { Env: env }),
    ...(entrypoint !== undefined && { Entrypoint: entrypoint }),
    ...(cmd !== undefined && { Cmd: cmd }),
    ...(volumes.length > 0 && { Volumes: setJson(volumes) }),
    ...(workingDir !== '' && { WorkingDir: workingDir }),
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
    ...(stopSignal !== '' && { StopSignal: stopSignal }),
    ...(healthcheck !== undefined && { Healthcheck: healthcheckJson(healthcheck) }),
    ...(stopTimeout !== undefined && { StopTimeout: stopTimeout }),
    ...(shell !== undefined && { Shell: shell }),
    ...(onBuild.length > 0 && { OnBuild: onBuild }),
  }
}

/** Go's `map[string]struct{}`; the keys are anybody's, `__proto__` among them. */
function setJson(keys: readonly string[]): object {
  const set: Record<string, object> = Object.create(null)
  for (const key of [...keys].sort()) set[key] = {}
  return set
}

function healthcheckJson(healthcheck: HealthcheckDefaults): object {
  const { test, interval, timeout, startPeriod, startInterval, retries } = healthcheck
  return {
    ...(test.length > 0 && { Test: test }),
    ...(interval !== 0 && { Interval: interval }),
    ...(timeout !== 0 && { Timeout: timeout }),
    ...(startPeriod !== 0 && { StartPeriod: startPeriod }),
    ...(startInterval !== 0 && { StartInterval: startInterval }),
    ...(retries !== 0 && { Retries: retries }),
  }
}
