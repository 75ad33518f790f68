import type { ContainerDefaults } from '#oci'

/** `own` with what it does not say taken from `base`, by the rules of Docker's `Merge` of configurations. */
export function mergeDefaults(own: ContainerDefaults, base: ContainerDefaults): ContainerDefaults {
  const names = new Set(own.env.map(nameOf))
  const hasEntrypoint = (own.entrypoint?.length ?? 0) > 0
  const hasCmd = (own.cmd?.length ?? 0) > 0
  return {
    ...own,
    user: own.user === '' ? base.user : own.user,
    env: [...own.env, ...base.env.filter(entry => !names.has(nameOf(entry)))],
    // A command that was meant for another entrypoint is not taken over.
    cmd: hasEntrypoint || hasCmd ? own.cmd : base.cmd,
    entrypoint: own.entrypoint ?? base.entrypoint,
    workingDir: own.workingDir === '' ? base.workingDir : own.workingDir,
    exposedPorts: [...new Set([...own.exposedPorts, ...base.exposedPorts])],
    volumes: [...new Set([...own.volumes, ...base.volumes])],
    labels: { ...base.labels, ...own.labels },
    stopSignal: own.stopSignal === '' ? base.stopSignal : own.stopSignal,
    stopTimeout: own.stopTimeout ?? base.stopTimeout,
    healthcheck: own.healthcheck ?? base.healthcheck,
    shell: own.shell ?? base.shell,
  }
}

function nameOf(entry: string): string {
  return entry.split('=', 1)[0] ?? ''
}
