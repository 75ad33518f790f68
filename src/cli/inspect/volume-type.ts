import { ANY, field, INT64, mapOf, pointerTo, STRING, structType } from '#template'
import { TEXT_MAP } from './common-types.ts'

const optional = { omitEmpty: true }

export const VOLUME = structType('volume.Volume', {
  ClusterVolume: field(ANY, optional),
  CreatedAt: field(STRING, optional),
  Driver: STRING,
  Labels: TEXT_MAP,
  Mountpoint: STRING,
  Name: STRING,
  Options: TEXT_MAP,
  Scope: STRING,
  Status: field(mapOf(ANY), optional),
  UsageData: field(pointerTo(structType('volume.UsageData', { RefCount: INT64, Size: INT64 })), optional),
})
