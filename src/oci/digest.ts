import { createHash } from 'node:crypto'
import { InvalidArgument } from '#lib/errors'

declare const digestBrand: unique symbol

/** `sha256:<64 lower-case hex>` or `sha512:<128>`: safe in a path, because only `parseDigest` and hashing make one. */
export type Digest = string & { readonly [digestBrand]: true }

export type DigestAlgorithm = 'sha256' | 'sha512'

const HEX_LENGTH: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 }

const SHAPE = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]+$/

/** Longest text looked at: anything longer is no digest. */
const TEXT_MAX = 256

/**
 * A digest from outside (OCI image-spec, descriptor, "Digests").
 * @throws InvalidArgument in the words of Docker's digest package.
 */
export function parseDigest(text: string): Digest {
  if (text.length > TEXT_MAX || !SHAPE.test(text)) throw new InvalidArgument('invalid checksum digest format')
  const colon = text.indexOf(':')
  const algorithm = text.slice(0, colon)
  if (!isAlgorithm(algorithm)) throw new InvalidArgument('unsupported digest algorithm')
  if (text.length - colon - 1 !== HEX_LENGTH[algorithm]) throw new InvalidArgument('invalid checksum digest length')
  if (/[A-F]/.test(text.slice(colon))) throw new InvalidArgument('invalid checksum digest format')
  return text as Digest
}

/** True where `parseDigest` would give a digest. */
export function isDigest(text: string): text is Digest {
  try {
    parseDigest(text)
    return true
  } catch {
    return false
  }
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256'
}

/** The hexadecimal part. */
export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1)
}

/** The digest of `bytes`. */
export function digestOf(bytes: Uint8Array | string, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return createDigester(algorithm).update(bytes).digest()
}

/** A digest under way. */
export interface Digester {
  update(chunk: Uint8Array | string): Digester
  /** The digest of all chunks; ends the digester. */
  digest(): Digest
}

export function createDigester(algorithm: DigestAlgorithm = 'sha256'): Digester {
  const hash = createHash(algorithm)
  const digester: Digester = {
    update(chunk) {
      hash.update(chunk)
      return digester
    },
    digest: () => `${algorithm}:${hash.digest('hex')}` as Digest,
  }
  return digester
}

function isAlgorithm(name: string): name is DigestAlgorithm {
  return Object.hasOwn(HEX_LENGTH, name)
}
