import { readFileSync } from 'node:fs'
import { errorCode, errorText, InvalidArgument } from '#lib/errors'
import type { Tls } from '../http/transport.ts'

/** Paths of PEM files; undefined for none. */
export interface TlsFiles {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly skipVerify: boolean
}

/** @throws InvalidArgument naming the file that cannot be read. */
export function readTls(files: TlsFiles): Tls {
  const { ca, cert, key, skipVerify } = files
  return {
    skipVerify,
    ...(ca === undefined ? {} : { ca: readPem(ca) }),
    ...(cert === undefined || key === undefined ? {} : { cert: readPem(cert), key: readPem(key) }),
  }
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = errorCode(cause) === 'ENOENT' ? `open ${path}: no such file or directory` : errorText(cause)
    throw new InvalidArgument(reason, {
      fix: 'put it there, set DOCKER_CERT_PATH, or use --tlscacert, --tlscert and --tlskey',
      cause,
    })
  }
}
