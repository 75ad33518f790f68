import { Cancelled, errorCode, errorText, GantryError } from '#lib/errors'
import { printable } from '#lib/printable'
import { RegistryUnavailable, type Trouble } from './failure.ts'

/** Failures by Node's code, with what Go says of the same: clients and people look for those words. */
const WORDS: Readonly<Record<string, readonly [Trouble, string]>> = {
  ECONNREFUSED: ['connect', 'connect: connection refused'],
  EHOSTUNREACH: ['connect', 'connect: no route to host'],
  ENETUNREACH: ['connect', 'connect: network is unreachable'],
  ETIMEDOUT: ['connect', 'i/o timeout'],
  UND_ERR_CONNECT_TIMEOUT: ['connect', 'i/o timeout'],
  ECONNRESET: ['broken', 'read: connection reset by peer'],
  EPIPE: ['broken', 'write: broken pipe'],
  UND_ERR_SOCKET: ['broken', 'unexpected EOF'],
  UND_ERR_HEADERS_TIMEOUT: ['broken', 'net/http: timeout awaiting response headers'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['broken', 'unexpected EOF'],
  UND_ERR_DESTROYED: ['broken', 'the client was closed'],
  EAI_AGAIN: ['connect', 'Temporary failure in name resolution'],
}

/** A server that does not speak TLS at all. */
const NOT_TLS = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO']

/** `Get "https://host/v2/..."`: as Go begins its errors; without the query, which may hold signatures. */
export function requestText(method: string, url: URL): string {
  const name = method.charAt(0) + method.slice(1).toLowerCase()
  return `${name} "${printable(url.origin + url.pathname, 600)}"`
}

/** What a request that got no answer, or lost it half-way, failed of. */
export function transportError(error: unknown, method: string, url: URL, signal: AbortSignal | undefined): GantryError {
  if (error instanceof GantryError) return error
  const what = requestText(method, url)
  if (signal?.aborted) return new Cancelled(`${what}: context canceled`, { cause: error })
  const code = errorCode(error) ?? ''
  if (code === 'ENOTFOUND') {
    return new RegistryUnavailable('endpoint', `${what}: dial tcp: lookup ${url.hostname}: no such host`, {
      fix: 'check the name of the registry, and the DNS of this machine',
      cause: error,
    })
  }
  if (NOT_TLS.includes(code)) {
    return new RegistryUnavailable('endpoint', `${what}: http: server gave HTTP response to HTTPS client`, {
      fix: `if ${url.host} is to be trusted without TLS, name it in "insecure-registries"`,
      cause: error,
    })
  }
  const [trouble, words] = WORDS[code] ?? []
  if (trouble !== undefined) {
    const dial = trouble === 'connect' ? `dial tcp ${addressOf(error) ?? url.host}: ` : ''
    return new RegistryUnavailable(trouble, `${what}: ${dial}${words}`, { cause: error })
  }
  return certificateError(code, what, url, error) ?? unknownError(what, error)
}

function certificateError(code: string, what: string, url: URL, cause: unknown): GantryError | undefined {
  const reason = certificateReason(code)
  if (reason === undefined) return undefined
  return new RegistryUnavailable('endpoint', `${what}: tls: failed to verify certificate: x509: ${reason}`, {
    fix: `put the certificate of its authority into certs.d/${url.host}/ca.crt, or name the registry in "insecure-registries"`,
    cause,
  })
}

function certificateReason(code: string): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'certificate has expired or is not yet valid'
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'certificate is valid for another name'
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'certificate signed by unknown authority'
    default:
      return undefined
  }
}

/** Nothing that is known to pass; still, another endpoint may do better. */
function unknownError(what: string, cause: unknown): RegistryUnavailable {
  return new RegistryUnavailable('endpoint', `${what}: ${printable(errorText(cause))}`, { cause })
}

/** `127.0.0.1:5000`: who was dialled; of several the first. */
function addressOf(error: unknown): string | undefined {
  const one = error instanceof AggregateError ? error.errors[0] : error
  if (typeof one !== 'object' || one === null || !('address' in one) || !('port' in one)) return undefined
  const address = String(one.address)
  return `${address.includes(':') ? `[${address}]` : address}:${String(one.port)}`
}
