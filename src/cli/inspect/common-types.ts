import { ANY, field, INT, INT64, mapOf, named, pointerTo, STRING, sliceOf, structType } from '#template'

/** Types of Docker's API as Go has them, for templates; an embedded struct's fields stand where it stands. */
export const STRINGS = sliceOf(STRING)
export const TEXT_MAP = mapOf(STRING)
/** Go's `map[string]struct {}`. */
export const SET = mapOf(structType('struct {}', {}))

const SECOND = 1_000_000_000n

/** Nanoseconds; printed as `1m30s`. */
export const DURATION = named('int', 'time.Duration', durationText)

export const DRIVER_DATA = structType('storage.DriverData', { Data: TEXT_MAP, Name: STRING })

export const PLATFORM = structType('v1.Platform', {
  Architecture: field(STRING, { json: 'architecture' }),
  OS: field(STRING, { json: 'os' }),
  OSVersion: field(STRING, { json: 'os.version', omitEmpty: true }),
  OSFeatures: field(STRINGS, { json: 'os.features', omitEmpty: true }),
  Variant: field(STRING, { json: 'variant', omitEmpty: true }),
})

export const DESCRIPTOR = structType('v1.Descriptor', {
  MediaType: field(STRING, { json: 'mediaType' }),
  Digest: field(STRING, { json: 'digest' }),
  Size: field(INT64, { json: 'size' }),
  URLs: field(STRINGS, { json: 'urls', omitEmpty: true }),
  Annotations: field(TEXT_MAP, { json: 'annotations', omitEmpty: true }),
  Data: field(ANY, { json: 'data', omitEmpty: true }),
  Platform: field(pointerTo(PLATFORM), { json: 'platform', omitEmpty: true }),
  ArtifactType: field(STRING, { json: 'artifactType', omitEmpty: true }),
})

const optional = { omitEmpty: true }

export const HEALTH_CONFIG = structType('container.HealthConfig', {
  Test: field(STRINGS, optional),
  Interval: field(DURATION, optional),
  Timeout: field(DURATION, optional),
  StartPeriod: field(DURATION, optional),
  StartInterval: field(DURATION, optional),
  Retries: field(INT, optional),
})

function durationText(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const sign = nanos < 0n ? '-' : ''
  if (size === 0n) return '0s'
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 1000n)}µs`
  if (size < SECOND) return `${sign}${decimal(size, 1_000_000n)}ms`
  const minutes = size / (60n * SECOND)
  const rest = `${decimal(size % (60n * SECOND), SECOND)}s`
  if (minutes === 0n) return `${sign}${rest}`
  return minutes < 60n ? `${sign}${minutes}m${rest}` : `${sign}${minutes / 60n}h${minutes % 60n}m${rest}`
}

function decimal(value: bigint, unit: bigint): string {
  const digits = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '')
  return digits === '' ? String(value / unit) : `${value / unit}.${digits}`
}
