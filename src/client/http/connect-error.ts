import { Cancelled, DeadlineExceeded, errorCode, Forbidden, GantryError, Unavailable } from '#lib/errors'
import type { Host } from '../endpoint/host.ts'

const NOT_LISTENING = ['ENOENT', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTSOCK']

/**
 * What it means that no answer came. The sentences are those of Docker's client, because scripts match on them; the
 * fix is ours. `absent` is a socket that was looked for before.
 */
export function connectError(cause: unknown, host: Host, absent?: string): GantryError {
  const code = errorCode(cause) ?? ''
  const reason = cause instanceof Error ? cause.message : String(cause)
  const aborted = abortError(cause)
  if (aborted !== undefined) return aborted
  if (NOT_LISTENING.includes(code)) {
    return new Unavailable(`Cannot connect to the Docker daemon at ${host.name}. Is the docker daemon running?`, {
      fix: `${absent === undefined ? '' : `nor is there ${absent}; `}start the engine with "gantry daemon", or name another one with --host or DOCKER_HOST`,
      cause,
    })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Forbidden(
      `permission denied while trying to connect to the Docker daemon socket at ${host.name}: ${reason}`,
      { fix: 'run as root, or as a member of the group that owns the socket', cause },
    )
  }
  if (code.startsWith('HPE_')) {
    const question = 'Are you trying to connect to a TLS-enabled daemon without TLS?'
    return new Unavailable(`malformed HTTP response: ${reason}.\n* ${question}`, {
      fix: 'set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or correct --host',
      cause,
    })
  }
  return new Unavailable(`error during connect: ${reason}`, { ...certificateFix(code), cause })
}

/** The error of a signal that was raised; undefined where `cause` is none. */
export function abortError(cause: unknown): GantryError | undefined {
  if (!(cause instanceof Error)) return undefined
  if (cause.name === 'TimeoutError') return new DeadlineExceeded('context deadline exceeded', { cause })
  if (cause.name !== 'AbortError') return undefined
  return abortError(cause.cause) ?? new Cancelled('context canceled', { cause })
}

/** The connection ended before the answer did. */
export function brokenAnswer(cause: unknown): GantryError {
  if (cause instanceof GantryError) return cause
  const fix = 'look into the log of the engine, then try again'
  return abortError(cause) ?? new Unavailable('unexpected EOF: the connection to the engine was lost', { fix, cause })
}

function certificateFix(code: string): { fix?: string } {
  if (/ALERT.*CERTIFICATE/.test(code)) {
    return {
      fix: 'the server probably has client authentication (--tlsverify) enabled; check your TLS client certification settings',
    }
  }
  if (/CERT|ISSUER|SELF_SIGNED/.test(code)) {
    return { fix: "put the engine's certificate authority into ca.pem of DOCKER_CERT_PATH, or of the context" }
  }
  return {}
}
