import { API_VERSION, API_VERSION_MIN, type InfoResponse, type RegistryConfig, type VersionResponse } from '#api'
import type { ContainerRecord } from '#engine'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import type { SystemFacts } from '../backends.ts'
import { stateWord } from './state-word.ts'

/** Where `docker login` without a server goes, which clients read from here. */
const INDEX_SERVER = 'https://index.docker.io/v1/'

/** `GET /info`. */
export function systemInfo(
  facts: SystemFacts,
  containers: readonly ContainerRecord[],
  images: number,
): InfoResponse & { readonly ExecRoot: string } {
  const words = containers.map(stateWord)
  const paused = words.filter(word => word === 'paused').length
  const running = words.filter(word => word === 'running').length
  const has = (controller: string) => facts.controllers.has(controller)
  return {
    ID: facts.id,
    Containers: containers.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running,
    Images: images,
    Driver: facts.storageDriver,
    DriverStatus: [
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'null'],
      Authorization: null,
      Log: ['json-file', 'none'],
    },
    MemoryLimit: has('memory'),
    SwapLimit: has('memory'),
    CpuCfsPeriod: has('cpu'),
    CpuCfsQuota: has('cpu'),
    CPUShares: has('cpu'),
    CPUSet: has('cpuset'),
    PidsLimit: has('pids'),
    IPv4Forwarding: facts.ipv4Forwarding,
    Debug: false,
    NFd: 0,
    OomKillDisable: facts.cgroupVersion === '1' && has('memory'),
    NGoroutines: 0,
    SystemTime: formatRfc3339Nano(nowNanos()),
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: facts.cgroupVersion,
    NEventsListener: 0,
    KernelVersion: facts.kernel,
    OperatingSystem: facts.operatingSystem,
    OSVersion: facts.osVersion,
    OSType: 'linux',
    Architecture: facts.machine,
    IndexServerAddress: INDEX_SERVER,
    RegistryConfig: registryConfig(facts),
    NCPU: facts.processors,
    MemTotal: facts.memory,
    GenericResources: null,
    DockerRootDir: facts.dataRoot,
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: facts.hostname,
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: facts.version,
    Runtimes: Object.fromEntries([...facts.runtimes].map(([name, { path }]) => [name, { path }])),
    DefaultRuntime: facts.defaultRuntime,
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null,
    },
    LiveRestoreEnabled: true,
    Isolation: '',
    InitBinary: '',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: '' },
    InitCommit: { ID: '' },
    SecurityOptions: ['name=seccomp,profile=builtin', ...(facts.cgroupVersion === '2' ? ['name=cgroupns'] : [])],
    CDISpecDirs: [],
    Warnings: facts.warnings.length === 0 ? null : facts.warnings,
    ExecRoot: facts.execRoot,
  }
}

/** `GET /version`. */
export function systemVersion(facts: SystemFacts): VersionResponse {
  const arch = facts.machine === 'x86_64' ? 'amd64' : facts.machine === 'aarch64' ? 'arm64' : facts.machine
  // Clients print it; there is no Go here.
  const language = `node ${process.version}`
  const details = {
    ApiVersion: API_VERSION,
    Arch: arch,
    Experimental: 'false',
    GitCommit: facts.commit,
    GoVersion: language,
    KernelVersion: facts.kernel,
    MinAPIVersion: API_VERSION_MIN,
    Os: 'linux',
  }
  return {
    Platform: { Name: 'Gantry' },
    Components: [
      { Name: 'Engine', Version: facts.version, Details: details },
      { Name: facts.defaultRuntime, Version: facts.runtimeVersion },
    ],
    Version: facts.version,
    ApiVersion: API_VERSION,
    MinAPIVersion: API_VERSION_MIN,
    GitCommit: facts.commit,
    GoVersion: language,
    Os: 'linux',
    Arch: arch,
    KernelVersion: facts.kernel,
  }
}

/** Loopback may always be spoken to without TLS; hosts that may too stand beside it, each by its name. */
function registryConfig({ insecureRegistries, registryMirrors }: SystemFacts): RegistryConfig {
  const networks = insecureRegistries.filter(entry => entry.includes('/'))
  const hosts = insecureRegistries.filter(entry => !entry.includes('/'))
  const index = (Name: string, Secure: boolean) => ({ Name, Mirrors: [], Secure, Official: false })
  return {
    InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8', ...networks],
    IndexConfigs: {
      ...Object.fromEntries(hosts.map(host => [host, index(host, false)])),
      'docker.io': { Name: 'docker.io', Mirrors: registryMirrors, Secure: true, Official: true },
    },
    Mirrors: registryMirrors.length === 0 ? null : registryMirrors,
  }
}
