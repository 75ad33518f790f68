import { type ErrorDetails, type ErrorKind, GantryError } from '#lib/errors'
import { quoted } from '#lib/printable'
import type { Digest } from '#oci'

/** What went wrong, in the words of the protocol (OCI distribution-spec 1.1, "Error Codes", and Docker's additions). */
export type RefusalCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'RANGE_INVALID'
  | 'SIZE_INVALID'
  | 'TAG_INVALID'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNAVAILABLE'
  | 'UNKNOWN'
  | 'UNSUPPORTED'

export interface RefusalDetails extends ErrorDetails {
  /** For programs; people read the message. */
  readonly detail?: Readonly<Record<string, string | number>>
  /** Headers that the answer carries. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer to a client that is not what it asked for. */
export class Refusal extends GantryError {
  readonly code: RefusalCode
  readonly status: number
  readonly detail: Readonly<Record<string, string | number>> | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: RefusalCode, message: string, details: RefusalDetails = {}) {
    super(kindOf(status), message, details)
    this.code = code
    this.status = status
    this.detail = details.detail
    this.headers = details.headers ?? {}
  }
}

const KINDS: Readonly<Record<number, ErrorKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  408: 'deadline',
  409: 'conflict',
  501: 'not-implemented',
  503: 'unavailable',
  507: 'no-space',
}

function kindOf(status: number): ErrorKind {
  return KINDS[status] ?? 'invalid-argument'
}

export function invalidName(name: string): Refusal {
  return new Refusal(400, 'NAME_INVALID', `invalid repository name: ${quoted(name, 80)}`, {
    fix: 'lower-case letters and digits, separated by one of . _ - or /, at most 255 characters',
  })
}

export function unknownRepository(name: string): Refusal {
  return new Refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry', { detail: { name } })
}

export function unknownManifest(repository: string, reference: string): Refusal {
  return new Refusal(404, 'MANIFEST_UNKNOWN', `manifest unknown: ${repository} has no ${reference}`, {
    detail: { name: repository, reference },
  })
}

export function unknownBlob(repository: string, digest: Digest): Refusal {
  return new Refusal(404, 'BLOB_UNKNOWN', `blob unknown to registry: ${repository} has no ${digest}`, {
    detail: { name: repository, digest },
  })
}

export function unknownUpload(id: string): Refusal {
  return new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', {
    detail: { id },
    fix: 'begin the upload again: it was finished, cancelled or has expired',
  })
}

export function invalidDigest(text: string, reason: string): Refusal {
  return new Refusal(400, 'DIGEST_INVALID', `invalid digest ${quoted(text, 80)}: ${reason}`)
}

export function invalidManifest(reason: string, cause?: unknown): Refusal {
  return new Refusal(400, 'MANIFEST_INVALID', `manifest invalid: ${reason}`, { cause })
}

/** The endpoint is there, this registry does not do that. */
export function unsupported(what: string, fix: string): Refusal {
  return new Refusal(405, 'UNSUPPORTED', `the operation is unsupported: ${what}`, { fix })
}
