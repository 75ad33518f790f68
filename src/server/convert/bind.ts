import { posix } from 'node:path'
import type { Bind } from '#engine'
import { InvalidArgument, NotImplemented } from '#lib/errors'

const PROPAGATIONS = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']
/** Relabelling for SELinux and hints for other platforms: right wherever there is nothing to do. */
const IGNORED_HERE = ['z', 'Z', 'cached', 'delegated', 'consistent', 'nocopy']

/** `SOURCE:TARGET[:OPTIONS]` of `-v`. @throws InvalidArgument in Docker's words, NotImplemented for named volumes */
export function parseBind(text: string): Bind {
  const parts = text.split(':')
  const [source = '', target = '', options = ''] = parts
  if (parts.length > 3 || source === '' || target === '') throw invalid(text, `invalid volume specification: '${text}'`)
  if (!target.startsWith('/')) {
    throw invalid(
      text,
      `invalid volume specification: '${text}': invalid mount config for type "bind": invalid mount path: '${target}' mount path must be absolute`,
    )
  }
  const destination = posix.resolve('/', target)
  if (destination === '/') {
    throw invalid(
      text,
      `invalid volume specification: '${text}': invalid mount config for type "bind": invalid specification: destination can't be '/'`,
    )
  }
  if (!source.startsWith('/')) throw refuseVolume(source)
  return { source: posix.resolve('/', source), destination, text, ...parseMode(text, options) }
}

function parseMode(text: string, options: string): Pick<Bind, 'readonly' | 'propagation'> {
  if (options.split(',').filter(option => option === 'ro' || option === 'rw').length > 1)
    throw invalidMode(text, options)
  let readonly = false
  let propagation = 'rprivate'
  for (const option of options === '' ? [] : options.split(',')) {
    if (option === 'ro') readonly = true
    else if (PROPAGATIONS.includes(option)) propagation = option
    else if (option !== 'rw' && !IGNORED_HERE.includes(option)) {
      throw invalidMode(text, options)
    }
  }
  return { readonly, propagation }
}

function invalidMode(text: string, options: string): Error {
  return invalid(text, `invalid volume specification: '${text}': invalid mode: ${options}`)
}

function refuseVolume(name: string): Error {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    return new NotImplemented(`named volumes are not done by this version of Gantry (volume ${name})`, {
      fix: 'bind a folder of the host: -v /path/on/host:/path',
    })
  }
  return new InvalidArgument(
    `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
  )
}

function invalid(text: string, message: string): InvalidArgument {
  if (text.includes('\0')) return new InvalidArgument('invalid volume specification: it holds a NUL character')
  return new InvalidArgument(message)
}

/** @throws InvalidArgument where two mounts have one place */
export function checkDestinations(binds: readonly { readonly destination: string }[]): void {
  const seen = new Set<string>()
  for (const { destination } of binds) {
    if (seen.has(destination)) throw new InvalidArgument(`Duplicate mount point: ${destination}`)
    seen.add(destination)
  }
}
