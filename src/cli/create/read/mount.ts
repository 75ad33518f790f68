import { resolve } from 'node:path'
import type { Mount } from '#api'
import { goBool, goSize } from '../../flags/kinds.ts'
import { withKey } from '../../flags/lists.ts'
import { cut } from '../../flags/text.ts'
import { csvFields } from './csv.ts'

type BindOptions = NonNullable<Mount['BindOptions']>
type VolumeOptions = NonNullable<Mount['VolumeOptions']>
type TmpfsOptions = NonNullable<Mount['TmpfsOptions']>

/** What `--mount` says: `type=bind,source=...,target=...`. @throws in Docker's words */
export function readMount(text: string): Mount {
  const mount = csvFields(text).reduce(withField, { Type: 'volume' })
  if (mount.Type === undefined || mount.Type === '') throw new Error('type is required')
  if (mount.Target === undefined || mount.Target === '') throw new Error('target is required')
  checkMix(mount, mount.Type)
  checkRecursion(mount)
  return mount
}

function withField(mount: Mount, field: string): Mount {
  const [rawKey, value] = cut(field, '=')
  const key = rawKey.toLowerCase()
  if (value === undefined) return withWord(mount, key, field)
  switch (key) {
    case 'type':
      return { ...mount, Type: value.toLowerCase() }
    case 'source':
    case 'src':
      return { ...mount, Source: value.startsWith('.') ? resolve(value) : value }
    case 'target':
    case 'dst':
    case 'destination':
      return { ...mount, Target: value }
    case 'readonly':
    case 'ro':
      return { ...mount, ReadOnly: boolean(key, value) }
    case 'consistency':
      return { ...mount, Consistency: value.toLowerCase() }
    case 'image-subpath':
      return { ...mount, ImageOptions: { Subpath: value } }
    default:
      return withOption(mount, key, value, field)
  }
}

function withWord(mount: Mount, key: string, field: string): Mount {
  switch (key) {
    case 'readonly':
    case 'ro':
      return { ...mount, ReadOnly: true }
    case 'volume-nocopy':
      return withVolume(mount, { NoCopy: true })
    case 'bind-nonrecursive':
      return withBind(mount, { NonRecursive: true })
    default:
      throw new Error(`invalid field '${field}' must be a key=value pair`)
  }
}

function withOption(mount: Mount, key: string, value: string, field: string): Mount {
  switch (key) {
    case 'bind-propagation':
      return withBind(mount, { Propagation: value.toLowerCase() })
    case 'bind-nonrecursive':
      return withBind(mount, { NonRecursive: boolean(key, value) })
    case 'bind-recursive':
      return withBind(mount, recursion(value))
    case 'volume-subpath':
      return withVolume(mount, { Subpath: value })
    case 'volume-nocopy':
      return withVolume(mount, { NoCopy: boolean(key, value) })
    case 'volume-label':
      return withVolume(mount, { Labels: withPair(mount.VolumeOptions?.Labels, value) })
    case 'volume-driver':
      return withVolume(mount, { DriverConfig: { ...mount.VolumeOptions?.DriverConfig, Name: value } })
    case 'volume-opt': {
      const driver = mount.VolumeOptions?.DriverConfig
      return withVolume(mount, { DriverConfig: { ...driver, Options: withPair(driver?.Options, value) } })
    }
    case 'tmpfs-size':
      return withTmpfs(mount, { SizeBytes: size(key, value) })
    case 'tmpfs-mode':
      return withTmpfs(mount, { Mode: mode(key, value) })
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`)
  }
}

function withBind(mount: Mount, options: BindOptions): Mount {
  return { ...mount, BindOptions: { ...mount.BindOptions, ...options } }
}

function withVolume(mount: Mount, options: VolumeOptions): Mount {
  return { ...mount, VolumeOptions: { ...mount.VolumeOptions, ...options } }
}

function withTmpfs(mount: Mount, options: TmpfsOptions): Mount {
  return { ...mount, TmpfsOptions: { ...mount.TmpfsOptions, ...options } }
}

function withPair(record: Record<string, string> | undefined, pair: string): Record<string, string> {
  return pair.startsWith('=') || pair === '' ? { ...record } : withKey({ ...record }, pair)
}

function recursion(value: string): BindOptions {
  switch (value) {
    case 'enabled':
      return {}
    case 'disabled':
      return { NonRecursive: true }
    case 'writable':
      return { ReadOnlyNonRecursive: true }
    case 'readonly':
      return { ReadOnlyForceRecursive: true }
    default:
      throw new Error(
        `invalid value for bind-recursive: ${value} (must be "enabled", "disabled", "writable", or "readonly")`,
      )
  }
}

function boolean(key: string, value: string): boolean {
  try {
    return goBool(value)
  } catch {
    throw invalid(key, value)
  }
}

function size(key: string, value: string): number {
  try {
    return goSize(value)
  } catch {
    throw invalid(key, value)
  }
}

function mode(key: string, value: string): number {
  if (!/^[0-7]{1,11}$/.test(value) || Number.parseInt(value, 8) >= 2 ** 32) throw invalid(key, value)
  return Number.parseInt(value, 8)
}

function invalid(key: string, value: string): Error {
  return new Error(`invalid value for ${key}: ${value}`)
}

function checkMix(mount: Mount, type: string): void {
  const mixed = [
    ['volume', mount.VolumeOptions],
    ['image', mount.ImageOptions],
    ['bind', mount.BindOptions],
    ['tmpfs', mount.TmpfsOptions],
  ] as const
  const wrong = mixed.find(([own, options]) => options !== undefined && own !== type)
  if (wrong !== undefined) throw new Error(`cannot mix '${wrong[0]}-*' options with mount type '${type}'`)
}

function checkRecursion({ BindOptions: bind, ReadOnly: readOnly }: Mount): void {
  const needs = (option: string, what: string) =>
    new Error(`option 'bind-recursive=${option}' requires '${what}' to be specified in conjunction`)
  if (bind?.ReadOnlyNonRecursive === true && readOnly !== true) throw needs('writable', 'readonly')
  if (bind?.ReadOnlyForceRecursive !== true) return
  if (readOnly !== true) throw needs('readonly', 'readonly')
  if (bind.Propagation !== 'rprivate') throw needs('readonly', 'bind-propagation=rprivate')
}
