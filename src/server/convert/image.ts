import type { ImageHistoryItem, ImageInspectResponse, ImageSummary } from '#api'
import type { Image } from '#image'
import { formatRfc3339Nano, parseRfc3339, toMillis, ZERO_TIME } from '#lib/time'
import { inspectHealthcheck } from './healthcheck.ts'

/** `docker.io/library/busybox:latest` as people write it: `busybox:latest`. */
export function familiar(reference: string): string {
  return reference.replace(/^docker\.io\/(library\/)?/, '')
}

/** One item of `GET /images/json`; `shared` is -1 where nobody asked. */
export function summariseImage(image: Image, containers: number, shared: number): ImageSummary {
  return {
    Containers: containers,
    Created: image.config.created === undefined ? 0 : Math.trunc(toMillis(image.config.created) / 1000),
    Id: image.id,
    Labels: Object.keys(image.config.defaults.labels).length === 0 ? null : image.config.defaults.labels,
    ParentId: image.config.parent,
    RepoDigests: image.repoDigests.map(familiar),
    RepoTags: image.tags.map(familiar),
    SharedSize: shared,
    Size: image.size,
  }
}

/** `GET /images/{name}/json`. */
export function inspectImage(
  image: Image,
  driver: { readonly name: string; readonly data: Readonly<Record<string, string>> },
): ImageInspectResponse {
  const { config } = image
  const { defaults, platform } = config
  return {
    Id: image.id,
    RepoTags: image.tags.map(familiar),
    RepoDigests: image.repoDigests.map(familiar),
    Parent: config.parent,
    Comment: config.comment,
    ...(config.created === undefined ? {} : { Created: formatRfc3339Nano(config.created) }),
    DockerVersion: config.dockerVersion,
    Author: config.author,
    Config: {
      ...(defaults.argsEscaped ? { ArgsEscaped: true } : {}),
      Cmd: defaults.cmd ?? null,
      Entrypoint: defaults.entrypoint ?? null,
      Env: defaults.env.length === 0 ? null : defaults.env,
      ...(defaults.exposedPorts.length === 0 ? {} : { ExposedPorts: asSet(defaults.exposedPorts) }),
      ...(defaults.healthcheck === undefined ? {} : { Healthcheck: inspectHealthcheck(defaults.healthcheck) }),
      Labels: Object.keys(defaults.labels).length === 0 ? null : defaults.labels,
      OnBuild: defaults.onBuild.length === 0 ? null : defaults.onBuild,
      ...(defaults.shell === undefined ? {} : { Shell: defaults.shell }),
      ...(defaults.stopSignal === '' ? {} : { StopSignal: defaults.stopSignal }),
      User: defaults.user,
      Volumes: defaults.volumes.length === 0 ? null : asSet(defaults.volumes),
      WorkingDir: defaults.workingDir,
    },
    Architecture: platform.architecture,
    ...(platform.variant === '' ? {} : { Variant: platform.variant }),
    Os: platform.os,
    Size: image.size,
    GraphDriver: { Data: driver.data, Name: driver.name },
    RootFS: { Type: 'layers', ...(config.diffIds.length === 0 ? {} : { Layers: config.diffIds }) },
    Metadata: { LastTagTime: image.lastTagged ?? ZERO_TIME },
  }
}

/** `GET /images/{name}/history`, newest first. */
export function imageHistory(image: Image): ImageHistoryItem[] {
  const sizes = [...image.layerSizes]
  const items = image.config.history.map((entry, at) => ({
    Comment: entry.comment,
    Created: entry.created === undefined ? 0 : Math.trunc(toMillis(entry.created) / 1000),
    CreatedBy: entry.createdBy,
    Id: at === image.config.history.length - 1 ? String(image.id) : '<missing>',
    Size: entry.emptyLayer ? 0 : (sizes.shift() ?? 0),
    Tags: at === image.config.history.length - 1 && image.tags.length > 0 ? image.tags.map(familiar) : null,
  }))
  return items.reverse()
}

export function createdMillis(image: Image): number {
  return image.config.created === undefined ? 0 : toMillis(image.config.created)
}

export function taggedMillis(image: Image): number {
  return image.lastTagged === undefined ? 0 : toMillis(parseRfc3339(image.lastTagged) ?? 0n)
}

function asSet(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map(name => [name, {}]))
}
