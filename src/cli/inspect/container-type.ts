import { BOOL, field, INT, INT64, mapOf, named, pointerTo, STRING, sliceOf, structType } from '#template'
import { DESCRIPTOR, DRIVER_DATA, HEALTH_CONFIG, SET, STRINGS, TEXT_MAP } from './common-types.ts'
import { HOST_CONFIG, PORT_MAP } from './host-config-type.ts'
import { ENDPOINT } from './network-types.ts'

const optional = { omitEmpty: true }

const STATE = structType('container.State', {
  Status: STRING,
  Running: BOOL,
  Paused: BOOL,
  Restarting: BOOL,
  OOMKilled: BOOL,
  Dead: BOOL,
  Pid: INT,
  ExitCode: INT,
  Error: STRING,
  StartedAt: STRING,
  FinishedAt: STRING,
  Health: field(
    pointerTo(
      structType('container.Health', {
        Status: STRING,
        FailingStreak: INT,
        Log: sliceOf(
          pointerTo(
            structType('container.HealthcheckResult', { Start: STRING, End: STRING, ExitCode: INT, Output: STRING }),
          ),
        ),
      }),
    ),
    optional,
  ),
})

export const CONTAINER_CONFIG = structType('container.Config', {
  Hostname: STRING,
  Domainname: STRING,
  User: STRING,
  AttachStdin: BOOL,
  AttachStdout: BOOL,
  AttachStderr: BOOL,
  ExposedPorts: field(SET, optional),
  Tty: BOOL,
  OpenStdin: BOOL,
  StdinOnce: BOOL,
  Env: STRINGS,
  Cmd: STRINGS,
  Healthcheck: field(pointerTo(HEALTH_CONFIG), optional),
  ArgsEscaped: field(BOOL, optional),
  Image: STRING,
  Volumes: SET,
  WorkingDir: STRING,
  Entrypoint: STRINGS,
  NetworkDisabled: field(BOOL, optional),
  MacAddress: field(STRING, optional),
  OnBuild: STRINGS,
  Labels: TEXT_MAP,
  StopSignal: field(STRING, optional),
  StopTimeout: field(pointerTo(INT), optional),
  Shell: field(STRINGS, optional),
})

const ADDRESSES = sliceOf(structType('network.Address', { Addr: STRING, PrefixLen: INT }))

const NETWORK_SETTINGS = structType('container.NetworkSettings', {
  Bridge: STRING,
  SandboxID: STRING,
  SandboxKey: STRING,
  Ports: PORT_MAP,
  HairpinMode: BOOL,
  LinkLocalIPv6Address: STRING,
  LinkLocalIPv6PrefixLen: INT,
  SecondaryIPAddresses: ADDRESSES,
  SecondaryIPv6Addresses: ADDRESSES,
  EndpointID: STRING,
  Gateway: STRING,
  GlobalIPv6Address: STRING,
  GlobalIPv6PrefixLen: INT,
  IPAddress: STRING,
  IPPrefixLen: INT,
  IPv6Gateway: STRING,
  MacAddress: STRING,
  Networks: mapOf(pointerTo(ENDPOINT)),
})

const MOUNT_POINT = structType('container.MountPoint', {
  Type: field(named('string', 'mount.Type'), optional),
  Name: field(STRING, optional),
  Source: STRING,
  Destination: STRING,
  Driver: field(STRING, optional),
  Mode: STRING,
  RW: BOOL,
  Propagation: named('string', 'mount.Propagation'),
})

export const CONTAINER = structType('container.InspectResponse', {
  ID: field(STRING, { json: 'Id' }),
  Created: STRING,
  Path: STRING,
  Args: STRINGS,
  State: pointerTo(STATE),
  Image: STRING,
  ResolvConfPath: STRING,
  HostnamePath: STRING,
  HostsPath: STRING,
  LogPath: STRING,
  Name: STRING,
  RestartCount: INT,
  Driver: STRING,
  Platform: STRING,
  MountLabel: STRING,
  ProcessLabel: STRING,
  AppArmorProfile: STRING,
  ExecIDs: STRINGS,
  HostConfig: pointerTo(HOST_CONFIG),
  GraphDriver: DRIVER_DATA,
  SizeRw: field(pointerTo(INT64), optional),
  SizeRootFs: field(pointerTo(INT64), optional),
  Mounts: sliceOf(MOUNT_POINT),
  Config: pointerTo(CONTAINER_CONFIG),
  NetworkSettings: pointerTo(NETWORK_SETTINGS),
  ImageManifestDescriptor: field(pointerTo(DESCRIPTOR), optional),
})
