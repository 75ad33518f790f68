import { field, pointerTo, STRING, structType } from '#template'

const optional = { omitEmpty: true }

/** The fields of `ClientVersion` and of Docker's, in Docker's order. */
export const CLIENT_VERSION_FIELDS = {
  Platform: field(pointerTo(structType('system.platformInfo', { Name: field(STRING, optional) })), optional),
  Version: field(STRING, optional),
  APIVersion: field(STRING, { json: 'ApiVersion', ...optional }),
  DefaultAPIVersion: field(STRING, optional),
  GitCommit: field(STRING, optional),
  GoVersion: field(STRING, optional),
  Os: field(STRING, optional),
  Arch: field(STRING, optional),
  BuildTime: field(STRING, optional),
  Context: STRING,
}
