import { InvalidArgument } from '#lib/errors'

/** A version of the Engine API: `1.41`. */
export type ApiVersion = `${number}.${number}`

export const API_VERSION: ApiVersion = '1.51'
export const API_VERSION_MIN: ApiVersion = '1.24'

export interface VersionedPath {
  /** As the client wrote it; undefined for a path without a version, which means the newest. */
  readonly version: string | undefined
  /** The rest, with its leading slash. */
  readonly path: string
}

const VERSIONED = /^\/v([0-9.]+)(\/.*)$/

/** Takes the version off a request path: `/v1.41/containers/json`. What is no version stays part of the path. */
export function splitVersion(path: string): VersionedPath {
  const match = VERSIONED.exec(path)
  return { version: match?.[1], path: match?.[2] ?? path }
}

/**
 * The version by which a request is served.
 * @throws InvalidArgument in Docker's words where this engine does not speak it.
 */
export function supportedVersion(version: string | undefined): ApiVersion {
  if (version === undefined) return API_VERSION
  if (compareVersions(version, API_VERSION_MIN) < 0) {
    throw new InvalidArgument(
      `client version ${version} is too old. Minimum supported API version is ${API_VERSION_MIN}, please upgrade your client to a newer version`,
    )
  }
  if (compareVersions(version, API_VERSION) > 0) {
    throw new InvalidArgument(`client version ${version} is too new. Maximum supported API version is ${API_VERSION}`)
  }
  const [major = 0, minor = 0] = numbers(version)
  return `${major}.${minor}`
}

/** `1.41` or `v1.41`; undefined where the text is no version. */
export function parseVersion(text: string): ApiVersion | undefined {
  const match = /^v?(\d{1,4})\.(\d{1,4})$/.exec(text.trim())
  return match === null ? undefined : `${Number(match[1])}.${Number(match[2])}`
}

/** Whether a request of `version` sees what came with `since`. */
export function atLeast(version: ApiVersion, since: ApiVersion): boolean {
  return compareVersions(version, since) >= 0
}

/** Negative where `a` is older than `b`. Numbers are compared one by one; what is missing or no number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbers(version: string): number[] {
  return version.split('.').map(part => Number(part) || 0)
}
