import { posix } from 'node:path'
import type { HostConfig, Mount } from '#api'
import type { ContainerSpec } from '#engine'
import { InvalidArgument, NotImplemented } from '#lib/errors'

type MountSettings = NonNullable<ContainerSpec['host']['mounts']>[number]

const PROPAGATIONS = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']
const MOUNTS_MAX = 10_000

/** `--mount`. @throws InvalidArgument in Docker's words; NotImplemented for volumes and images */
export function convertMounts(mounts: readonly Mount[]): MountSettings[] {
  if (mounts.length > MOUNTS_MAX) throw new InvalidArgument(`more than ${MOUNTS_MAX} mounts`)
  return mounts.map(convertMount)
}

/** Where a tmpfs may be. @throws InvalidArgument in Docker's words */
export function convertTmpfs(tmpfs: NonNullable<HostConfig['Tmpfs']>): Record<string, string> {
  for (const destination of Object.keys(tmpfs)) {
    if (!destination.startsWith('/') || destination.includes('\0')) {
      throw new InvalidArgument(`invalid mount path: '${destination.replaceAll('\0', '')}' mount path must be absolute`)
    }
    if (posix.resolve(destination) === '/') throw new InvalidArgument("invalid specification: destination can't be '/'")
  }
  return { ...tmpfs }
}

function convertMount(mount: Mount): MountSettings {
  switch (mount.Type) {
    case 'bind':
      return bind(mount)
    case 'tmpfs':
      return tmpfs(mount)
    case 'volume':
    case 'image':
      throw new NotImplemented(`mounts of type ${mount.Type} are not done by this version of Gantry`, {
        fix: 'use type=bind or type=tmpfs',
      })
    default:
      throw invalid(mount, 'mount type unknown')
  }
}

function bind(mount: Mount): MountSettings {
  const { Source: source = '', ReadOnly: readonly = false, BindOptions: options = {} } = mount
  refuseOptions(mount, ['VolumeOptions', 'TmpfsOptions', 'ImageOptions'])
  if (source === '') throw invalid(mount, 'field Source must not be empty')
  if (!source.startsWith('/')) throw invalid(mount, `invalid mount path: '${source}' mount path must be absolute`)
  const propagation = options.Propagation ?? ''
  if (propagation !== '' && !PROPAGATIONS.includes(propagation)) {
    throw invalid(mount, `invalid propagation mode: ${propagation}`)
  }
  if (options.ReadOnlyForceRecursive === true && (!readonly || options.NonRecursive === true)) {
    throw invalid(mount, 'ReadOnlyForceRecursive needs ReadOnly and a recursive bind')
  }
  return {
    type: 'bind',
    source: posix.resolve(source),
    destination: destinationOf(mount),
    readonly,
    propagation: propagation === '' ? 'rprivate' : propagation,
    recursive: options.NonRecursive !== true,
    recursiveReadonly: options.ReadOnlyNonRecursive !== true,
    create: options.CreateMountpoint === true,
    asked: shown(mount),
  }
}

function tmpfs(mount: Mount): MountSettings {
  const { ReadOnly: readonly = false, TmpfsOptions: options = {} } = mount
  refuseOptions(mount, ['BindOptions', 'VolumeOptions', 'ImageOptions'])
  if ((mount.Source ?? '') !== '') throw invalid(mount, 'field Source must not be specified')
  const { SizeBytes: size = 0, Mode: mode = 0 } = options
  if (size < 0) throw invalid(mount, `invalid size: ${size}`)
  return {
    type: 'tmpfs',
    destination: destinationOf(mount),
    readonly,
    options: [
      ...(readonly ? ['ro'] : []),
      ...(size === 0 ? [] : [`size=${size}`]),
      ...(mode === 0 ? [] : [`mode=${mode.toString(8)}`]),
      ...(options.Options ?? []).map(parts => parts.join('=')),
    ],
    asked: shown(mount),
  }
}

function destinationOf(mount: Mount): string {
  const { Target: target = '' } = mount
  if (target === '') throw invalid(mount, 'field Target must not be empty')
  if (!target.startsWith('/')) throw invalid(mount, `invalid mount path: '${target}' mount path must be absolute`)
  const destination = posix.resolve(target)
  if (destination === '/') throw invalid(mount, "invalid specification: destination can't be '/'")
  return destination
}

function refuseOptions(
  mount: Mount,
  fields: readonly ('BindOptions' | 'VolumeOptions' | 'TmpfsOptions' | 'ImageOptions')[],
): void {
  const given = fields.find(field => mount[field] !== undefined)
  if (given === undefined) return
  throw new InvalidArgument(`${given} must not be specified on mount type ${JSON.stringify(mount.Type)}`)
}

function invalid({ Type = '', Source = '', Target = '' }: Mount, reason: string): InvalidArgument {
  if (`${Source}${Target}`.includes('\0')) return new InvalidArgument('invalid mount config: it holds a NUL character')
  return new InvalidArgument(`invalid mount config for type ${JSON.stringify(Type)}: ${reason}`)
}

/** What was said of a mount; zeros say nothing. */
function shown(mount: Mount): object {
  return JSON.parse(JSON.stringify(mount, (_key, value: unknown) => (isUnsaid(value) ? undefined : value))) as object
}

function isUnsaid(value: unknown): boolean {
  return value === '' || value === false || value === 0 || value === null
}
