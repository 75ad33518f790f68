import type { EndpointFlags } from '#client'
import { Failure } from '../failure.ts'
import type { Values } from '../flags/flag.ts'
import { HELP } from '../flags/help.ts'
import { bool, list, string } from '../flags/kinds.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const

/** The flags that stand before the command. */
export const GLOBAL_FLAGS = {
  ...HELP,
  config: string('Location of client config files (default "~/.docker")', { values: 'files' }),
  context: string(
    'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")',
    { short: 'c' },
  ),
  debug: bool('Enable debug mode', { short: 'D' }),
  host: list('Daemon socket to connect to', { short: 'H' }),
  'log-level': string('Set the logging level ("debug", "info", "warn", "error", "fatal")', {
    short: 'l',
    initial: 'info',
    values: LOG_LEVELS,
  }),
  tls: bool('Use TLS; implied by --tlsverify'),
  tlscacert: string('Trust certs signed only by this CA (default "~/.docker/ca.pem")', { values: 'files' }),
  tlscert: string('Path to TLS certificate file (default "~/.docker/cert.pem")', { values: 'files' }),
  tlskey: string('Path to TLS key file (default "~/.docker/key.pem")', { values: 'files' }),
  tlsverify: bool('Use TLS and verify the remote'),
  version: bool('Print version information and quit', { short: 'v' }),
}

export type GlobalFlags = Values<typeof GLOBAL_FLAGS>

/** What they say of the engine. @throws Failure in Docker's words for several hosts */
export function endpointFlags(flags: GlobalFlags, given: ReadonlySet<string>): EndpointFlags {
  if (flags.host.length > 1) {
    throw new Failure('Failed to initialize: unable to resolve docker endpoint: Specify only one -H')
  }
  const { host, context, config, tls, tlsverify, tlscacert, tlscert, tlskey } = flags
  return {
    host: host[0],
    context,
    config,
    tls: given.has('tls') ? tls : undefined,
    tlsverify: given.has('tlsverify') ? tlsverify : undefined,
    tlscacert,
    tlscert,
    tlskey,
  }
}
