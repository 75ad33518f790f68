import { BOOL, field, pointerTo, STRING, sliceOf, structType } from '#template'
import { TEXT_MAP } from '../inspect/common-types.ts'
import { CLIENT_VERSION_FIELDS } from './client-version-fields.ts'

const optional = { omitEmpty: true }

const SERVER = structType('types.Version', {
  Platform: field(structType('struct { Name string }', { Name: STRING }), optional),
  Components: field(
    sliceOf(
      structType('types.ComponentVersion', { Name: STRING, Version: STRING, Details: field(TEXT_MAP, optional) }),
    ),
    optional,
  ),
  Version: STRING,
  APIVersion: field(STRING, { json: 'ApiVersion' }),
  MinAPIVersion: field(STRING, optional),
  GitCommit: STRING,
  GoVersion: STRING,
  Os: STRING,
  Arch: STRING,
  KernelVersion: field(STRING, optional),
  Experimental: field(BOOL, optional),
  BuildTime: field(STRING, optional),
})

/** What `docker version --format` works on. */
export const VERSION_INFO = structType('system.versionInfo', {
  Client: structType('system.clientVersion', CLIENT_VERSION_FIELDS),
  Server: pointerTo(SERVER),
})
