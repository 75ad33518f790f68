import { ANY, BOOL, field, INT, INT64, mapOf, named, pointerTo, STRING, sliceOf, structType } from '#template'
import { STRINGS, TEXT_MAP } from '../inspect/common-types.ts'
import { CLIENT_VERSION_FIELDS } from './client-version-fields.ts'

const optional = { omitEmpty: true }
const PAIRS = sliceOf(STRINGS)
const COMMIT = structType('system.Commit', { ID: STRING, Expected: field(STRING, optional) })

const REGISTRY = structType('registry.ServiceConfig', {
  AllowNondistributableArtifactsCIDRs: field(ANY, optional),
  AllowNondistributableArtifactsHostnames: field(ANY, optional),
  InsecureRegistryCIDRs: STRINGS,
  IndexConfigs: mapOf(
    pointerTo(structType('registry.IndexInfo', { Name: STRING, Mirrors: STRINGS, Secure: BOOL, Official: BOOL })),
  ),
  Mirrors: STRINGS,
})

const RUNTIME = structType('system.RuntimeWithStatus', {
  Path: field(STRING, { json: 'path', ...optional }),
  Args: field(STRINGS, { json: 'runtimeArgs', ...optional }),
  Type: field(STRING, { json: 'runtimeType', ...optional }),
  Options: field(mapOf(ANY), { json: 'options', ...optional }),
  Status: field(TEXT_MAP, { json: 'status', ...optional }),
})

const SWARM = structType('swarm.Info', {
  NodeID: STRING,
  NodeAddr: STRING,
  LocalNodeState: named('string', 'swarm.LocalNodeState'),
  ControlAvailable: BOOL,
  Error: STRING,
  RemoteManagers: sliceOf(structType('swarm.Peer', { NodeID: STRING, Addr: STRING })),
  Nodes: field(INT, optional),
  Managers: field(INT, optional),
  Cluster: field(ANY, optional),
  Warnings: field(STRINGS, optional),
})

const clientInfo = { Debug: BOOL, ...CLIENT_VERSION_FIELDS, Plugins: sliceOf(ANY), Warnings: STRINGS }

/** What `docker info --format` works on: what the engine says, and what we say of ourselves. */
export const INFO = structType('system.dockerInfo', {
  ID: STRING,
  Containers: INT,
  ContainersRunning: INT,
  ContainersPaused: INT,
  ContainersStopped: INT,
  Images: INT,
  Driver: STRING,
  DriverStatus: PAIRS,
  SystemStatus: field(PAIRS, optional),
  Plugins: structType('system.PluginsInfo', {
    Volume: STRINGS,
    Network: STRINGS,
    Authorization: STRINGS,
    Log: STRINGS,
  }),
  MemoryLimit: BOOL,
  SwapLimit: BOOL,
  KernelMemory: field(BOOL, optional),
  KernelMemoryTCP: field(BOOL, optional),
  CPUCfsPeriod: field(BOOL, { json: 'CpuCfsPeriod' }),
  CPUCfsQuota: field(BOOL, { json: 'CpuCfsQuota' }),
  CPUShares: BOOL,
  CPUSet: BOOL,
  PidsLimit: BOOL,
  IPv4Forwarding: BOOL,
  Debug: BOOL,
  NFd: INT,
  OomKillDisable: BOOL,
  NGoroutines: INT,
  SystemTime: STRING,
  LoggingDriver: STRING,
  CgroupDriver: STRING,
  CgroupVersion: field(STRING, optional),
  NEventsListener: INT,
  KernelVersion: STRING,
  OperatingSystem: STRING,
  OSVersion: STRING,
  OSType: STRING,
  Architecture: STRING,
  IndexServerAddress: STRING,
  RegistryConfig: pointerTo(REGISTRY),
  NCPU: INT,
  MemTotal: INT64,
  GenericResources: sliceOf(ANY),
  DockerRootDir: STRING,
  HTTPProxy: field(STRING, { json: 'HttpProxy' }),
  HTTPSProxy: field(STRING, { json: 'HttpsProxy' }),
  NoProxy: STRING,
  Name: STRING,
  Labels: STRINGS,
  ExperimentalBuild: BOOL,
  ServerVersion: STRING,
  Runtimes: mapOf(RUNTIME),
  DefaultRuntime: STRING,
  Swarm: SWARM,
  LiveRestoreEnabled: BOOL,
  Isolation: named('string', 'container.Isolation'),
  InitBinary: STRING,
  ContainerdCommit: COMMIT,
  RuncCommit: COMMIT,
  InitCommit: COMMIT,
  SecurityOptions: STRINGS,
  ProductLicense: field(STRING, optional),
  DefaultAddressPools: field(sliceOf(structType('system.NetworkAddressPool', { Base: STRING, Size: INT })), optional),
  FirewallBackend: field(
    pointerTo(structType('system.FirewallInfo', { Driver: STRING, Info: field(PAIRS, optional) })),
    optional,
  ),
  CDISpecDirs: STRINGS,
  DiscoveredDevices: field(sliceOf(structType('system.DeviceInfo', { Source: STRING, ID: STRING })), optional),
  Containerd: field(ANY, optional),
  Warnings: STRINGS,
  ServerErrors: field(STRINGS, optional),
  ClientInfo: field(pointerTo(structType('system.clientInfo', clientInfo)), optional),
  ClientErrors: field(STRINGS, optional),
})

/** The part that needs no engine. */
export const CLIENT_INFO = structType('system.sparseInfo', {
  ClientInfo: field(pointerTo(structType('system.clientInfo', clientInfo)), optional),
  ClientErrors: field(STRINGS, optional),
})
