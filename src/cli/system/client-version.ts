import { API_VERSION } from '#api'
import { field, pointerTo, STRING, structType } from '#template'
import type { Context } from '../program/context.ts'

const optional = { omitEmpty: true }

/** This program, as `version` and `info` tell it. Where Docker names its Go, we have nothing to say. */
export interface ClientVersion {
  readonly Version: string
  readonly ApiVersion?: string
  readonly DefaultAPIVersion: string
  readonly Os: string
  readonly Arch: string
  readonly Context: string
}

/** @param apiVersion the one that requests use; undefined where that is not known */
export function clientVersion({ host }: Context, context: string, apiVersion: string | undefined): ClientVersion {
  return {
    Version: host.version,
    ...(apiVersion === undefined ? {} : { ApiVersion: apiVersion }),
    DefaultAPIVersion: API_VERSION,
    Os: 'linux',
    Arch: process.arch === 'x64' ? 'amd64' : process.arch,
    Context: context,
  }
}

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
