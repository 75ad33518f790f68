import {
  DataCorrupt,
  Forbidden,
  type GantryError,
  InvalidArgument,
  NotFound,
  Unauthorized,
  Unavailable,
} from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { printable } from '#lib/printable'
import { parseChallenges } from './challenge.ts'
import { RegistryUnavailable } from './failure.ts'
import type { HttpResponse } from './http.ts'
import { requestText } from './http-error.ts'

/** What was asked for, for the words of an error. */
export interface Subject {
  /** As in references: `docker.io`. */
  readonly registry: string
  /** `busybox`, `host:5000/app`: what people type. */
  readonly name: string
  /** `busybox:1`, or the name with a digest. */
  readonly reference: string
  readonly what: 'manifest' | 'blob' | 'token'
  readonly action: 'pull' | 'push' | 'login'
  readonly method: string
}

/** Bytes of an error's body that are read (SAFETY S76). */
export const ERROR_BODY_MAX = 1024 * 1024

interface Complaint {
  /** `MANIFEST_UNKNOWN`, as in the distribution specification. */
  readonly code: string
  readonly message: string
}

/** Codes for answers that carry none, with the messages of the reference registry. */
const BY_STATUS: Readonly<Record<number, Readonly<Record<Subject['what'], Complaint>>>> = {
  401: same('UNAUTHORIZED', 'authentication required'),
  403: same('DENIED', 'requested access to the resource is denied'),
  404: {
    manifest: { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' },
    blob: { code: 'BLOB_UNKNOWN', message: 'blob unknown to registry' },
    token: { code: 'UNSUPPORTED', message: 'the token server knows no tokens' },
  },
  429: same('TOOMANYREQUESTS', 'too many requests'),
}

/** The meaning of an answer that is no success; `body` is what came with it, as far as it was read. */
export function statusError(response: HttpResponse, body: Buffer, subject: Subject): GantryError {
  const request = requestText(subject.method, response.url)
  if (response.status >= 500) return busy(response, `${request}: ${unexpected(response.status)}`)
  const complaint =
    fromChallenge(response) ?? fromBody(body, response.status) ?? BY_STATUS[response.status]?.[subject.what]
  if (complaint === undefined) return new Unavailable(`${request}: ${unexpected(response.status)}`)
  if (subject.action === 'login') return refusedLogin(request, complaint)
  const text = `${words(complaint.code)}: ${printable(complaint.message, 500)}`
  // Whoever pulls knows what he asked for by name; which of its blobs it was he does not.
  const where = subject.what === 'blob' ? ` (${request})` : ''
  switch (complaint.code) {
    case 'DENIED':
      if (subject.action === 'push') return new Forbidden(text, { fix: loginAdvice(subject) })
      return new NotFound(
        `pull access denied for ${subject.name}, repository does not exist or may require 'docker login': ${text}${where}`,
      )
    case 'MANIFEST_UNKNOWN':
      return new NotFound(`manifest for ${subject.reference} not found: ${text}`)
    case 'NAME_UNKNOWN':
      return new NotFound(`repository ${subject.name} not found: ${text}`)
    case 'BLOB_UNKNOWN':
      return new NotFound(`${subject.reference} not found at ${subject.registry}: ${text}`)
    case 'UNAUTHORIZED':
      return new Unauthorized(`${request}: ${text}`, { fix: loginAdvice(subject) })
    case 'TOOMANYREQUESTS':
      return busy(response, text + where, `wait, log in to ${subject.registry} with docker login, or use a mirror`)
    case 'DIGEST_INVALID':
      return new DataCorrupt(`${request}: ${text}`)
    case 'MANIFEST_INVALID':
    case 'MANIFEST_BLOB_UNKNOWN':
    case 'NAME_INVALID':
    case 'TAG_INVALID':
    case 'SIZE_INVALID':
      return new InvalidArgument(`${subject.registry} refuses ${subject.reference}: ${text}`)
    default:
      return response.status === 429 ? busy(response, `${request}: ${text}`) : new Unavailable(`${request}: ${text}`)
  }
}

function refusedLogin(request: string, { code, message }: Complaint): Unauthorized {
  return new Unauthorized(`${request}: ${words(code)}: ${printable(message, 500)}`, {
    fix: 'check the user name and the password or token',
  })
}

function loginAdvice({ registry }: Subject): string {
  return `log in to ${registry} with docker login`
}

function busy(response: HttpResponse, message: string, fix?: string): RegistryUnavailable {
  const retryAfter = retryAfterMillis(response.header('retry-after'), Date.now())
  return new RegistryUnavailable('busy', message, {
    ...(fix !== undefined && { fix }),
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

/** Seconds or a date (RFC 9110, 10.2.3); undefined where the header says nothing that can be followed. */
export function retryAfterMillis(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  const date = /^[A-Z][a-z]{2},? /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** A token that the registry does not accept says why in the header (RFC 6750, 3.1). */
function fromChallenge(response: HttpResponse): Complaint | undefined {
  for (const { scheme, parameters } of parseChallenges(response.header('www-authenticate') ?? '')) {
    if (scheme !== 'bearer') continue
    const error = parameters.get('error')
    const description = parameters.get('error_description')
    if (error === 'insufficient_scope') {
      return { code: 'DENIED', message: description ?? 'requested access to the resource is denied' }
    }
    if (error === 'invalid_token') return { code: 'UNAUTHORIZED', message: description ?? 'authentication required' }
  }
  return undefined
}

/** The first of `{"errors":[{code,message,detail}]}`, or the older `{"details": "..."}`. */
function fromBody(body: Buffer, status: number): Complaint | undefined {
  try {
    const json = JsonValue.parse(body, 'error', ERROR_BODY_MAX)
    const [first] = json.member('errors').elements(1000)
    if (first !== undefined) {
      const code = first.member('code').string().toUpperCase()
      return code === '' ? undefined : { code, message: first.member('message').string() || words(code) }
    }
    const details = json.member('details').string()
    const byStatus = BY_STATUS[status]?.token
    return details === '' || byStatus === undefined ? undefined : { code: byStatus.code, message: details }
  } catch {
    return undefined
  }
}

function unexpected(status: number): string {
  return `received unexpected HTTP status: ${status} ${STATUS_TEXT[status] ?? ''}`.trimEnd()
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** `MANIFEST_UNKNOWN` as people read it. */
function words(code: string): string {
  return printable(code.toLowerCase().replaceAll('_', ' '), 100)
}

function same(code: string, message: string): Readonly<Record<Subject['what'], Complaint>> {
  return { manifest: { code, message }, blob: { code, message }, token: { code, message } }
}
