import { normalize } from 'node:path/posix'
import type { HostConfig } from '#api'
import { decimal } from '../../flags/go-number.ts'
import { goSize } from '../../flags/kinds.ts'
import { cut } from '../../flags/text.ts'
import { csvFields } from './csv.ts'

export type DeviceMapping = NonNullable<HostConfig['Devices']>[number]
export type DeviceRequest = NonNullable<HostConfig['DeviceRequests']>[number]
export type Ulimit = NonNullable<HostConfig['Ulimits']>[number]
export type ThrottleDevice = NonNullable<HostConfig['BlkioDeviceReadBps']>[number]
export type WeightDevice = NonNullable<HostConfig['BlkioWeightDevice']>[number]

const CDI_NAME = /^[a-z]([\w.-]*[a-z\d])?\/[a-z]([\w.-]*[a-z\d])?=[a-z\d]([\w.:-]*[a-z\d])?$/i

/** Whether `--device` names a device of the Container Device Interface, `vendor.com/class=name`. */
export function isCdiName(text: string): boolean {
  return CDI_NAME.test(text)
}

/** `host[:container][:mode]`. @throws in Docker's words */
export function readDevice(text: string): DeviceMapping {
  const parts = text.split(':')
  const [host = '', second, third] = parts
  if (parts.length > 3 || host === '') throw new Error(`bad format for path: ${text}`)
  if (third !== undefined && !isMode(third)) throw new Error(`bad mode specified: ${third}`)
  const secondIsMode = third === undefined && second !== undefined && isMode(second)
  const inside = second === undefined || secondIsMode ? host : second
  if (!inside.startsWith('/')) throw new Error(`${inside} is not an absolute path`)
  return {
    PathOnHost: second === undefined || secondIsMode ? cleaned(host) : host,
    PathInContainer: third === undefined ? cleaned(inside) : inside,
    CgroupPermissions: third ?? (secondIsMode ? second : 'rwm'),
  }
}

function cleaned(path: string): string {
  return path === '/' ? path : normalize(path).replace(/\/$/, '')
}

function isMode(text: string): boolean {
  return /^[rwm]+$/.test(text) && new Set(text).size === text.length
}

/** What `--gpus` asks for. @throws in Docker's words */
export function readGpus(text: string): DeviceRequest {
  const fields = csvFields(text).map(field => ({ field, pair: cut(field, '=') }))
  const keys = fields.map(({ pair: [key, value] }) => (value === undefined ? 'count' : key))
  const twice = fields.find(({ pair: [key, value] }, at) => keys.indexOf(value === undefined ? 'count' : key) < at)
  if (twice !== undefined) throw new Error(`gpu request key '${twice.pair[0]}' can be specified only once`)
  let request: DeviceRequest = { Driver: '', Count: 0, Options: {}, Capabilities: [['gpu']] }
  for (const { field, pair } of fields) request = { ...request, ...gpuField(pair, field) }
  return keys.includes('count') || keys.includes('device') ? request : { ...request, Count: 1 }
}

function gpuField([key, value]: [string, string | undefined], field: string): DeviceRequest {
  if (value === undefined) return { Count: gpuCount(key) }
  switch (key) {
    case 'driver':
      return { Driver: value }
    case 'count':
      return { Count: gpuCount(value) }
    case 'device':
      return { DeviceIDs: value.split(',') }
    case 'capabilities':
      return { Capabilities: [[...value.split(','), 'gpu']] }
    case 'options':
      return {
        Options: Object.fromEntries(
          csvFields(value)
            .map(option => cut(option, '='))
            .map(([k, v]) => [k, v ?? '']),
        ),
      }
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`)
  }
}

function gpuCount(text: string): number {
  if (text === 'all') return -1
  const count = decimal(text)
  if (count !== undefined) return count
  throw new Error(`invalid count (${text}): value must be either "all" or an integer: invalid syntax`)
}

const ULIMITS = [
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio'],
  ...['rttime', 'sigpending', 'stack'],
]

/** `name=soft[:hard]`. @throws in Docker's words */
export function readUlimit(text: string): Ulimit & { readonly Name: string } {
  const [name, limits] = cut(text, '=')
  if (limits === undefined) throw new Error(`invalid ulimit argument: ${text}`)
  if (!ULIMITS.includes(name)) throw new Error(`invalid ulimit type: ${name}`)
  const parts = limits.split(':')
  if (parts.length > 2) {
    throw new Error(`too many limit value arguments - ${limits}, can only have up to two, \`soft[:hard]\``)
  }
  const hard = limit(parts[1] ?? parts[0] ?? '')
  const soft = limit(parts[0] ?? '')
  const rule = 'ulimit soft limit must be less than or equal to hard limit: '
  if (hard !== -1 && soft === -1) throw new Error(`${rule}soft: -1 (unlimited), hard: ${hard}`)
  if (hard !== -1 && soft > hard) throw new Error(`${rule}${soft} > ${hard}`)
  return { Name: name, Soft: soft, Hard: hard }
}

function limit(text: string): number {
  const value = decimal(text)
  if (value === undefined) throw new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return value
}

/** `/dev/x:10mb`. @throws in Docker's words */
export function readByteRate(text: string): ThrottleDevice {
  const { path, value } = deviceAndValue(text)
  try {
    return { Path: path, Rate: goSize(value) }
  } catch (cause) {
    throw badRate(text, '[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb', cause)
  }
}

/** `/dev/x:1000`. @throws in Docker's words */
export function readOperationRate(text: string): ThrottleDevice {
  const { path, value } = deviceAndValue(text)
  if (!/^\d+$/.test(value)) throw badRate(text, '. Number must be a positive integer')
  return { Path: path, Rate: Number(value) }
}

/** `/dev/x:500`. @throws in Docker's words */
export function readWeight(text: string): WeightDevice {
  const { path, value } = deviceAndValue(text)
  const weight = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (!(weight === 0 || (weight >= 10 && weight <= 1000))) throw new Error(`invalid weight for device: ${text}`)
  return { Path: path, Weight: weight }
}

function deviceAndValue(text: string): { path: string; value: string } {
  const [path, value] = cut(text, ':')
  if (path === '' || value === undefined) throw new Error(`bad format: ${text}`)
  if (!path.startsWith('/dev/')) throw new Error(`bad format for device path: ${text}`)
  return { path, value }
}

function badRate(text: string, format: string, cause?: unknown): Error {
  return new Error(`invalid rate for device: ${text}. The correct format is <device-path>:<number>${format}`, { cause })
}
