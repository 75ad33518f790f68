import type { InfoResponse } from '#api'
import { formatMemory } from '#lib/units'

/** What `gantry info` prints of an engine. `withDebug`: also what only helps to find faults. */
export function infoText(info: InfoResponse, username: string, withDebug: boolean): string {
  return [
    ...counts(info),
    ...drivers(info),
    ` Swarm: ${info.Swarm.LocalNodeState}`,
    ...runtimes(info),
    ...security(info),
    ...host(info),
    ...(info.Debug || withDebug ? debugging(info) : []),
    ...some(' HTTP Proxy', info.HttpProxy),
    ...some(' HTTPS Proxy', info.HttpsProxy),
    ...some(' No Proxy', info.NoProxy),
    ...some(' Username', username),
    ...section(' Labels', info.Labels),
    ` Experimental: ${info.ExperimentalBuild}`,
    ...registries(info),
    ` Live Restore Enabled: ${info.LiveRestoreEnabled}`,
    ...some(' Product License', info.ProductLicense ?? ''),
    ...pools(info),
    ...firewall(info),
  ]
    .map(line => `${line}\n`)
    .join('')
}

function counts(info: InfoResponse): string[] {
  return [
    ` Containers: ${info.Containers}`,
    `  Running: ${info.ContainersRunning}`,
    `  Paused: ${info.ContainersPaused}`,
    `  Stopped: ${info.ContainersStopped}`,
    ` Images: ${info.Images}`,
    ...some(' Server Version', info.ServerVersion),
  ]
}

function drivers({ Plugins: plugins, ...info }: InfoResponse): string[] {
  const words = (names: readonly string[] | null) => (names ?? []).join(' ')
  return [
    ...some(' Storage Driver', info.Driver),
    ...(info.DriverStatus ?? []).map(([key, value]) => `  ${key}: ${value}`),
    ...some(' Logging Driver', info.LoggingDriver),
    ...some(' Cgroup Driver', info.CgroupDriver),
    ...some(' Cgroup Version', info.CgroupVersion ?? ''),
    ' Plugins:',
    `  Volume: ${words(plugins.Volume)}`,
    `  Network: ${words(plugins.Network)}`,
    ...some('  Authorization', words(plugins.Authorization)),
    `  Log: ${words(plugins.Log)}`,
    ...section(' CDI spec directories', info.CDISpecDirs ?? []),
    ...section(
      ' Discovered Devices',
      (info.DiscoveredDevices ?? []).map(({ Source, ID }) => `${Source}: ${ID}`),
    ),
  ]
}

function runtimes(info: InfoResponse): string[] {
  const names = Object.keys(info.Runtimes)
  const all = names.length === 0 ? [] : [` Runtimes: ${names.join(' ')}`, ` Default Runtime: ${info.DefaultRuntime}`]
  if (info.OSType !== 'linux') return all
  return [
    ...all,
    ` Init Binary: ${info.InitBinary}`,
    ` containerd version: ${info.ContainerdCommit.ID}`,
    ` runc version: ${info.RuncCommit.ID}`,
    ` init version: ${info.InitCommit.ID}`,
  ]
}

/** `name=seccomp,profile=builtin` as a name and its profile. */
function security({ OSType, SecurityOptions: options }: InfoResponse): string[] {
  if (OSType !== 'linux' || options === null || options.length === 0) return []
  const lines = options.flatMap(option => {
    const pairs = option.split(',').map(pair => pair.split('='))
    const [name = ''] = pairs.flatMap(([key, value]) => (key === 'name' ? [value] : value === undefined ? [key] : []))
    return [`  ${name}`, ...pairs.flatMap(([key, value]) => (key === 'profile' ? [`   Profile: ${value}`] : []))]
  })
  return [' Security Options:', ...lines]
}

function host(info: InfoResponse): string[] {
  return [
    ...some(' Kernel Version', info.KernelVersion),
    ...some(' Operating System', info.OperatingSystem),
    ...some(' OSType', info.OSType),
    ...some(' Architecture', info.Architecture),
    ` CPUs: ${info.NCPU}`,
    ` Total Memory: ${formatMemory(info.MemTotal)}`,
    ...some(' Name', info.Name),
    ...some(' ID', info.ID),
    ` Docker Root Dir: ${info.DockerRootDir}`,
    ` Debug Mode: ${info.Debug}`,
  ]
}

function debugging(info: InfoResponse): string[] {
  return [
    `  File Descriptors: ${info.NFd}`,
    `  Goroutines: ${info.NGoroutines}`,
    `  System Time: ${info.SystemTime}`,
    `  EventsListeners: ${info.NEventsListener}`,
  ]
}

function registries({ RegistryConfig: config }: InfoResponse): string[] {
  const insecure = Object.values(config?.IndexConfigs ?? {}).filter(({ Secure }) => !Secure)
  const addresses = config?.InsecureRegistryCIDRs ?? []
  const hasAny = addresses.length > 0 || Object.keys(config?.IndexConfigs ?? {}).length > 0
  return [
    ...(hasAny
      ? [' Insecure Registries:', ...[...insecure.map(({ Name }) => Name), ...addresses].map(name => `  ${name}`)]
      : []),
    ...section(' Registry Mirrors', config?.Mirrors ?? []),
  ]
}

function pools({ DefaultAddressPools: all = [] }: InfoResponse): string[] {
  if (all.length === 0) return []
  return [' Default Address Pools:', ...all.map(({ Base, Size }) => `   Base: ${Base}, Size: ${Size}`)]
}

function firewall({ FirewallBackend: backend }: InfoResponse): string[] {
  if (backend === undefined) return []
  const more = (backend.Info ?? []).map(([key, value]) => `  ${key}: ${value}`)
  return [` Firewall Backend: ${backend.Driver}`, ...more]
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => `  ${line}`)]
}

function some(label: string, value: string): string[] {
  return value === '' ? [] : [`${label}: ${value}`]
}
