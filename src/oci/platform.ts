import { arch } from 'node:process'
import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'

/** What an image runs on (OCI image-spec, image index, "platform"). Empty where nothing is said. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant: string
  readonly osVersion: string
  readonly osFeatures: readonly string[]
}

const COMPONENT = /^[A-Za-z0-9_.-]+$/
const OS_COMPONENT = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?$/

const KNOWN_OS = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
)

const KNOWN_ARCHITECTURE = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 ' +
    'mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
)

/** Node's names of processors that Go calls otherwise. */
const ARCHITECTURE_OF_NODE: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', mipsel: 'mipsle' }

/** The platform of this process: `linux/amd64`, `linux/arm64/v8`. */
export function hostPlatform(nodeArch: string = arch): Platform {
  const architecture = ARCHITECTURE_OF_NODE[nodeArch] ?? nodeArch
  const variant = architecture === 'arm64' ? 'v8' : architecture === 'arm' ? 'v7' : ''
  return { os: 'linux', architecture, variant, osVersion: '', osFeatures: [] }
}

/**
 * `os`, `arch`, `os/arch` or `os/arch/variant`, as in `--platform`; what is left out is taken from `host`.
 * @throws InvalidArgument in the words of containerd's platforms package.
 */
export function parsePlatform(text: string, host: Platform = hostPlatform()): Platform {
  if (text.includes('*')) throw invalid(`${quoted(text)}: wildcards not yet supported`)
  const [first = '', second, third, ...more] = text.split('/', 5)
  const { os, osVersion, osFeatures } = parseOs(first, text)
  for (const part of [second, third, ...more]) {
    if (part !== undefined && !COMPONENT.test(part)) throw badComponent(part, text, COMPONENT)
  }
  if (more.length > 0) throw invalid(`${quoted(text)}: cannot parse platform specifier`)
  if (second === undefined) return parseSingle(first, os, host, { osVersion, osFeatures })
  const { architecture, variant } = normalizeArchitecture(second, third ?? '')
  return { os, architecture, variant: explicitVariant(architecture, variant, third), osVersion, osFeatures }
}

/** The canonical form, by which platforms are compared: `Linux/aarch64/8` is `linux/arm64`. */
export function normalizePlatform(platform: Platform): Platform {
  return {
    ...platform,
    os: normalizeOs(platform.os),
    ...normalizeArchitecture(platform.architecture, platform.variant),
    osFeatures: [...new Set(platform.osFeatures)].sort(),
  }
}

/** `linux/arm64/v8`, with version and features of the operating system where there are any. */
export function formatPlatform(platform: Platform): string {
  if (platform.os === '') return 'unknown'
  const features = [...new Set(platform.osFeatures)].sort().map(feature => `+${feature}`)
  const options = platform.osVersion + features.join('')
  const os = options === '' ? platform.os : `${platform.os}(${options})`
  return [os, platform.architecture, platform.variant].filter(part => part !== '').join('/')
}

function parseOs(part: string, whole: string): Pick<Platform, 'os' | 'osVersion' | 'osFeatures'> {
  const match = OS_COMPONENT.exec(part) ?? (COMPONENT.test(part) && !whole.includes('/') ? [part, part] : null)
  if (match === null) throw badComponent(part, whole, OS_COMPONENT)
  const [, os = '', osVersion = '', features = ''] = match
  return { os: normalizeOs(os), osVersion, osFeatures: features.split('+').filter(feature => feature !== '') }
}

function parseSingle(
  text: string,
  os: string,
  host: Platform,
  options: Pick<Platform, 'osVersion' | 'osFeatures'>,
): Platform {
  if (KNOWN_OS.has(os)) {
    const variant = host.architecture === 'arm' && host.variant !== 'v7' ? host.variant : ''
    return { os, architecture: host.architecture, variant, ...options }
  }
  const { architecture, variant } = normalizeArchitecture(text, '')
  if (!KNOWN_ARCHITECTURE.has(architecture)) {
    throw invalid(`${quoted(text)}: unknown operating system or architecture`)
  }
  return {
    os: host.os,
    architecture,
    variant: explicitVariant(architecture, variant, undefined),
    osVersion: '',
    osFeatures: [],
  }
}

/** The variant that everybody means is shown only to those who wrote it. */
function explicitVariant(architecture: string, variant: string, written: string | undefined): string {
  if (written === undefined) return architecture === 'arm' && variant === 'v7' ? '' : variant
  return architecture === 'arm64' && variant === '' ? 'v8' : variant
}

function normalizeOs(os: string): string {
  const lower = os.toLowerCase()
  if (lower === '') return 'linux'
  return lower === 'macos' ? 'darwin' : lower
}

function normalizeArchitecture(written: string, writtenVariant: string): Pick<Platform, 'architecture' | 'variant'> {
  const architecture = written.toLowerCase()
  const variant = writtenVariant.toLowerCase()
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: '' }
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? '' : variant }
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: normalizeArm64Variant(variant) }
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' }
    case 'armel':
      return { architecture: 'arm', variant: 'v6' }
    case 'arm':
      return { architecture: 'arm', variant: variant === '' ? 'v7' : variant.replace(/^[5-8]$/, 'v$&') }
    default:
      return { architecture, variant }
  }
}

function normalizeArm64Variant(variant: string): string {
  if (['8', 'v8', 'v8.0'].includes(variant)) return ''
  return ['9', '9.0', 'v9.0'].includes(variant) ? 'v9' : variant
}

function badComponent(part: string, whole: string, pattern: RegExp): InvalidArgument {
  return invalid(
    `${quoted(part)} is an invalid component of ${quoted(whole)}: ` +
      `platform specifier component must match "${pattern.source}"`,
  )
}

function invalid(message: string): InvalidArgument {
  return new InvalidArgument(`${message}: invalid argument`)
}
