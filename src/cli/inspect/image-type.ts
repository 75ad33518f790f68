import { ANY, BOOL, field, INT64, pointerTo, STRING, sliceOf, structType } from '#template'
import { DESCRIPTOR, DRIVER_DATA, HEALTH_CONFIG, SET, STRINGS, TEXT_MAP } from './common-types.ts'
import { CONTAINER_CONFIG } from './container-type.ts'

const optional = { omitEmpty: true }

const CONFIG = structType('v1.DockerOCIImageConfig', {
  User: field(STRING, optional),
  ExposedPorts: field(SET, optional),
  Env: field(STRINGS, optional),
  Entrypoint: field(STRINGS, optional),
  Cmd: field(STRINGS, optional),
  Volumes: field(SET, optional),
  WorkingDir: field(STRING, optional),
  Labels: field(TEXT_MAP, optional),
  StopSignal: field(STRING, optional),
  ArgsEscaped: field(BOOL, optional),
  Healthcheck: field(pointerTo(HEALTH_CONFIG), optional),
  OnBuild: field(STRINGS, optional),
  Shell: field(STRINGS, optional),
})

export const IMAGE = structType('image.InspectResponse', {
  ID: field(STRING, { json: 'Id' }),
  RepoTags: STRINGS,
  RepoDigests: STRINGS,
  Parent: STRING,
  Comment: STRING,
  Created: field(STRING, optional),
  Container: field(STRING, optional),
  ContainerConfig: field(pointerTo(CONTAINER_CONFIG), optional),
  DockerVersion: STRING,
  Author: STRING,
  Config: pointerTo(CONFIG),
  Architecture: STRING,
  Variant: field(STRING, optional),
  Os: STRING,
  OsVersion: field(STRING, optional),
  Size: INT64,
  VirtualSize: field(INT64, optional),
  GraphDriver: DRIVER_DATA,
  RootFS: structType('image.RootFS', { Type: field(STRING, optional), Layers: field(STRINGS, optional) }),
  Metadata: structType('image.Metadata', { LastTagTime: field(STRING, optional) }),
  Descriptor: field(pointerTo(DESCRIPTOR), optional),
  Manifests: field(sliceOf(ANY), optional),
})
