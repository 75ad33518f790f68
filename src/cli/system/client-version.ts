import { API_VERSION } from '#api'
import type { Context } from '../program/context.ts'

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
