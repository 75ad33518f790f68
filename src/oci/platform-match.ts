import { NotFound } from '#lib/errors'
import type { Descriptor } from './descriptor.ts'
import { formatPlatform, normalizePlatform, type Platform } from './platform.ts'

/** Every 8.x that a 9.x processor runs too, by the newest one. */
const NEWEST_V8_OF_V9 = [5, 6, 7, 8, 9, 9, 9, 9] as const

/** Versions looked at below a variant: `v999999999` must not make a list of that length. */
const VARIANT_MAX = 16

/**
 * The manifests that run on `wanted`, best first, in containerd's order: the platform itself, then older variants of
 * the processor, then its 32-bit ancestor. Manifests that name no platform come last: whoever takes one must look at
 * its configuration.
 */
export function matchingManifests(manifests: readonly Descriptor[], wanted: Platform): readonly Descriptor[] {
  const ranks = platformVector(normalizePlatform(wanted))
  return manifests
    .map(manifest => ({ manifest, rank: rankOf(manifest.platform, ranks) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || features(b.manifest) - features(a.manifest))
    .map(({ manifest }) => manifest)
}

/**
 * The best manifest for `wanted`.
 * @throws NotFound in Docker's words where there is none.
 */
export function selectPlatform(manifests: readonly Descriptor[], wanted: Platform): Descriptor {
  const [best] = matchingManifests(manifests, wanted)
  if (best !== undefined) return best
  const offered = manifests.map(({ platform }) => platform).filter(platform => platform !== undefined)
  throw new NotFound(`no matching manifest for ${formatPlatform(wanted)} in the manifest list entries`, {
    fix: `the image is there for ${offeredText(offered)}: choose one with --platform`,
  })
}

/** True where an image of `offered` runs on `wanted`, emulation apart. */
export function platformMatches(offered: Platform, wanted: Platform): boolean {
  return rankOf(offered, platformVector(normalizePlatform(wanted))) >= 0
}

function offeredText(offered: readonly Platform[]): string {
  const names = [...new Set(offered.filter(({ os }) => os !== 'unknown').map(formatPlatform))]
  return names.length === 0 ? 'no platform' : names.slice(0, 20).join(', ')
}

function rankOf(offered: Platform | undefined, ranks: readonly Platform[]): number {
  if (offered === undefined) return ranks.length
  const normal = normalizePlatform(offered)
  return ranks.findIndex(rank => accepts(rank, normal))
}

function accepts(wanted: Platform, offered: Platform): boolean {
  return (
    wanted.os === offered.os &&
    wanted.architecture === offered.architecture &&
    wanted.variant === offered.variant &&
    offered.osFeatures.every(feature => wanted.osFeatures.includes(feature) || isOldWindowsFeature(wanted, feature)) &&
    windowsVersionMatches(wanted, offered)
  )
}

/** Named by Windows images from before features were matched. */
function isOldWindowsFeature({ os }: Platform, feature: string): boolean {
  return os === 'windows' && feature === 'win32k'
}

/** A Windows image runs on the build that it was made for. */
function windowsVersionMatches(wanted: Platform, offered: Platform): boolean {
  if (wanted.os !== 'windows' || wanted.osVersion === '' || offered.osVersion === '') return true
  const build = (version: string) => version.split('.', 3).join('.')
  return build(wanted.osVersion) === build(offered.osVersion)
}

function features({ platform }: Descriptor): number {
  return platform?.osFeatures.length ?? 0
}

/** `platform` and what runs on it as well, best first, all normalised. */
function platformVector(platform: Platform): readonly Platform[] {
  const as = (architecture: string, variant: string) => normalizePlatform({ ...platform, architecture, variant })
  switch (platform.architecture) {
    case 'amd64':
      return [platform, ...below(platform.variant, 1).map(variant => as('amd64', variant)), as('386', '')]
    case 'arm':
      return [platform, ...below(platform.variant, 5).map(variant => as('arm', variant))]
    case 'arm64':
      return arm64Vector(platform, as)
    default:
      return [platform]
  }
}

function arm64Vector(platform: Platform, as: (architecture: string, variant: string) => Platform): Platform[] {
  const match = /^v([89])(?:\.([0-9]))?$/.exec(platform.variant === '' ? 'v8' : platform.variant)
  if (match === null) return [platform]
  const minor = Number(match[2] ?? 0)
  const v9 = match[1] === '9' ? down('v9', minor) : []
  const v8 = down('v8', match[1] === '9' ? (NEWEST_V8_OF_V9[minor] ?? 9) : minor)
  return [...v9, ...v8].map(variant => as('arm64', variant)).concat(platformVector(as('arm', 'v8')))
}

/** `v8.2`, `v8.1`, `v8`. */
function down(major: string, minor: number): string[] {
  return Array.from({ length: minor + 1 }, (_, i) => (minor === i ? major : `${major}.${minor - i}`))
}

/** The variants `v<n>` older than `variant`, newest first, not below `v<least>`. */
function below(variant: string, least: number): string[] {
  const version = Number(/^v?([0-9]{1,3})$/.exec(variant)?.[1] ?? Number.NaN)
  if (Number.isNaN(version) || version > VARIANT_MAX) return []
  return Array.from({ length: Math.max(0, version - least) }, (_, i) => `v${version - 1 - i}`)
}
