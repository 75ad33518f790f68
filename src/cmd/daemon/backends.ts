/** Binds the engine's verbs to what the server asks for. */
import { dirname, join } from 'node:path'
import {
  attachContainer,
  commitContainer,
  containerChanges,
  containerFolder,
  containerLogs,
  containerStats,
  createContainer,
  createExec,
  diskUsage,
  type EngineDeps,
  execDetached,
  exportContainer,
  importImage,
  inspectRemoteImage,
  killContainer,
  listContainers,
  loadImages,
  logPath,
  pauseContainer,
  pruneContainers,
  pruneImages,
  pullImage,
  pushImage,
  removeContainer,
  removeImage,
  renameContainer,
  resizeContainer,
  resizeExec,
  restartContainer,
  saveImages,
  startContainer,
  startExec,
  stopContainer,
  tagImage,
  topContainer,
  unpauseContainer,
  updateContainer,
  waitContainer,
  watchEvents,
} from '#engine'
import { rootFolder } from '#runtime'
import type { Backends, ContainerBackend, ExecBackend, ImageBackend, SystemFacts } from '#server'

export function createBackends(deps: EngineDeps, facts: () => SystemFacts): Backends {
  return {
    containers: containerBackend(deps),
    execs: execBackend(deps),
    images: imageBackend(deps),
    networks: deps.networks,
    system: { facts, diskUsage: () => diskUsage(deps), events: options => watchEvents(deps, options) },
  }
}

function containerBackend(deps: EngineDeps): ContainerBackend {
  return {
    find: name => deps.containers.find(name),
    create: request => createContainer(deps, request),
    start: name => startContainer(deps, name),
    stop: (name, options) => stopContainer(deps, name, options),
    kill: (name, signal) => killContainer(deps, name, signal),
    restart: (name, options) => restartContainer(deps, name, options),
    pause: name => pauseContainer(deps, name),
    unpause: name => unpauseContainer(deps, name),
    rename: (name, wanted) => renameContainer(deps, name, wanted),
    update: (name, request) => updateContainer(deps, name, request),
    stats: (name, options) => containerStats(deps, name, options),
    top: (name, args) => topContainer(deps, name, args),
    remove: (name, options) => removeContainer(deps, name, options),
    wait: (name, condition, signal) => waitContainer(deps, name, condition, signal),
    attach: (name, options) => attachContainer(deps, name, options),
    resize: (name, size) => resizeContainer(deps, name, size),
    logs: (name, options) => containerLogs(deps, name, options),
    changes: name => containerChanges(deps, name),
    export: (name, options) => exportContainer(deps, name, options),
    commit: (name, options) => commitContainer(deps, name, options),
    prune: options => pruneContainers(deps, options),
    list: options => listContainers(deps, options),
    paths: record => {
      const folder = containerFolder(deps, record.id)
      const [mount] = deps.snapshots.mounts(record.id)
      return {
        resolvConf: join(folder, 'resolv.conf'),
        hostname: join(folder, 'hostname'),
        hosts: join(folder, 'hosts'),
        log: logPath(deps, record.id),
        layers:
          mount === undefined
            ? {}
            : { ...overlayFolders(mount), ID: record.id, MergedDir: rootFolder(deps.config.execRoot, record.id) },
      }
    },
    sandbox: id => deps.networks.sandbox(id),
    health: record => deps.health.of(record),
    size: async id => (await deps.snapshots.usage(id)).contentBytes,
  }
}

function execBackend(deps: EngineDeps): ExecBackend {
  return {
    create: (container, spec) => createExec(deps, container, spec),
    find: id => deps.execs.find(id),
    liveOf: container => deps.execs.liveOf(container).map(({ record }) => record.id),
    start: (id, options) => startExec(deps, id, options),
    resize: (id, size) => resizeExec(deps, id, size),
    detached: record => execDetached(deps, record),
  }
}

/** `LowerDir`, `UpperDir`, `WorkDir` as Docker's overlay2 shows them; the caller knows the rest. */
function overlayFolders(mount: {
  readonly options: readonly string[]
  readonly workingFolder?: string
}): Record<string, string> {
  const absolute = (paths: string) =>
    paths
      .split(':')
      .map(path => join(mount.workingFolder ?? '/', path))
      .join(':')
  const names = { lowerdir: 'LowerDir', upperdir: 'UpperDir', workdir: 'WorkDir' } as const
  return Object.fromEntries(
    Object.entries(names).flatMap(([option, name]) => {
      const value = mount.options.find(text => text.startsWith(`${option}=`))
      return value === undefined ? [] : [[name, absolute(value.slice(option.length + 1))]]
    }),
  )
}

/** The top layer is what Docker's overlay2 calls upper; nobody mounts an image by itself. */
function imageFolders({ snapshots }: EngineDeps, chainId: string | undefined): Record<string, string> {
  if (chainId === undefined || snapshots.stat(chainId) === undefined) return {}
  const [mount] = snapshots.mounts(chainId)
  const [upper, ...lower] = mount === undefined ? [] : (overlayFolders(mount)['LowerDir'] ?? '').split(':')
  if (upper === undefined || upper === '') return {}
  return {
    ...(lower.length === 0 ? {} : { LowerDir: lower.join(':') }),
    MergedDir: join(dirname(upper), 'merged'),
    UpperDir: upper,
    WorkDir: join(dirname(upper), 'work'),
  }
}

function imageBackend(deps: EngineDeps): ImageBackend {
  return {
    resolve: name => deps.images.resolve(name),
    layers: ({ chainId }) => imageFolders(deps, chainId),
    list: () => deps.images.list(),
    pull: (name, tag, options) => pullImage(deps, name, tag, options),
    push: (name, tag, options) => pushImage(deps, name, tag, options),
    login: (server, credentials, signal) => deps.images.login(server, credentials, signal),
    search: (term, limit, credentials, signal) => deps.images.search(term, limit, credentials, signal),
    inspectRemote: (name, credentials, signal) => inspectRemoteImage(deps, name, credentials, signal),
    load: (archive, options) => loadImages(deps, archive, options),
    import: (archive, options) => importImage(deps, archive, options),
    save: (names, options) => saveImages(deps, names, options),
    tag: (name, repository, tag) => tagImage(deps, name, repository, tag),
    prune: options => pruneImages(deps, options),
    remove: (name, options) => removeImage(deps, name, options),
  }
}
