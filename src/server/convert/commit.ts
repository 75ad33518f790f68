import type { ContainerConfig } from '#api'
import type { Image } from '#image'

/** The defaults of an image from the body of a commit. What only a container has (its hostname, say) is left out. */
export function commitDefaults(body: ContainerConfig): Image['config']['defaults'] {
  const { Healthcheck } = body
  return {
    user: body.User ?? '',
    env: body.Env ?? [],
    entrypoint: body.Entrypoint,
    cmd: body.Cmd,
    workingDir: body.WorkingDir ?? '',
    exposedPorts: Object.keys(body.ExposedPorts ?? {}),
    volumes: Object.keys(body.Volumes ?? {}),
    labels: Object.assign(Object.create(null), body.Labels),
    stopSignal: body.StopSignal ?? '',
    stopTimeout: body.StopTimeout,
    healthcheck:
      Healthcheck === undefined
        ? undefined
        : {
            test: Healthcheck.Test ?? [],
            interval: Healthcheck.Interval ?? 0,
            timeout: Healthcheck.Timeout ?? 0,
            startPeriod: Healthcheck.StartPeriod ?? 0,
            startInterval: Healthcheck.StartInterval ?? 0,
            retries: Healthcheck.Retries ?? 0,
          },
    shell: body.Shell,
    onBuild: body.OnBuild ?? [],
    argsEscaped: body.ArgsEscaped ?? false,
  }
}
