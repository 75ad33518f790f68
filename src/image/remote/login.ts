import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'
import { type Secret, secretOf } from '#registry'
import type { ImageDeps } from '../deps.ts'
import type { RegistryCredentials } from '../image.ts'

const HUB = 'docker.io'
const HUB_NAMES: readonly string[] = ['', 'docker.io', 'index.docker.io', 'registry-1.docker.io']

/**
 * Asks the registry at `server` (a host, or Docker Hub's address of old) whether it takes the credentials; gives the
 * token that it wants to see in the password's place from now on, or ''.
 * @throws Unauthorized, Unavailable, InvalidArgument
 */
export async function loginTo(
  { registry }: ImageDeps,
  server: string,
  credentials: RegistryCredentials,
  signal: AbortSignal,
): Promise<string> {
  const host = registryHost(server)
  const secret = secretOf(credentials)
  const asked: Secret | undefined = secret?.kind === 'basic' ? { ...secret, wantsToken: true } : secret
  const session = registry.session(asked === undefined ? undefined : { registry: host, secret: asked })
  return (await session.login(host, { signal })).identityToken ?? ''
}

/** The host that an address as in config.json means: scheme and path are of old. @throws InvalidArgument */
export function registryHost(server: string): string {
  const host =
    server
      .trim()
      .replace(/^https?:\/\//, '')
      .split('/')[0] ?? ''
  if (HUB_NAMES.includes(host)) return HUB
  if (!/^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,45}\])(?::\d{1,5})?$/.test(host)) {
    throw new InvalidArgument(`invalid registry address ${quoted(server)}`, { fix: 'name it as HOST or HOST:PORT' })
  }
  return host
}
