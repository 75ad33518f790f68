import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson, readBody, schema } from '#api'
import { errorCode, errorText, InvalidArgument, NotFound } from '#lib/errors'
import type { TlsFiles } from './tls.ts'

const { boolean, map, object, string } = schema

const Meta = object('ContextMeta', {
  Name: string(),
  Endpoints: map(object('ContextEndpoint', { Host: string(), SkipTLSVerify: boolean() })),
})

/** Where a context leads. */
export interface ContextRecord {
  /** Undefined for the default host. */
  readonly host: string | undefined
  /** Undefined for cleartext. */
  readonly tls: TlsFiles | undefined
}

/**
 * Reads a context of `folder` (`~/.docker`), as `docker context create` stores it.
 * @throws NotFound in Docker's words; InvalidArgument where its file does not parse or names no engine.
 */
export function readContext(folder: string, name: string): ContextRecord {
  // Loaded here, because it takes a command 6 ms that few need.
  const id = process.getBuiltinModule('node:crypto').hash('sha256', name)
  const path = join(folder, 'contexts', 'meta', id, 'meta.json')
  const endpoint = readMeta(path, name).Endpoints?.['docker']
  if (endpoint === undefined) {
    throw new InvalidArgument(`cannot find docker endpoint in context "${name}"`, {
      fix: `give it one with "docker context update ${name} --docker host=..."`,
    })
  }
  const { Host: host = '', SkipTLSVerify: skipVerify = false } = endpoint
  const tls = tlsFilesIn(join(folder, 'contexts', 'tls', id, 'docker'), skipVerify)
  return { host: host === '' ? undefined : host, tls }
}

function readMeta(path: string, name: string) {
  try {
    return readBody(Meta, parseJson(readFileSync(path, 'utf8')), 'context').value
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') {
      throw new NotFound(`context "${name}": context not found: open ${path}: no such file or directory`, {
        fix: 'create it, or choose another with --context, DOCKER_CONTEXT or currentContext in config.json',
        cause,
      })
    }
    throw new InvalidArgument(`context "${name}": parsing ${path}: ${errorText(cause)}`, {
      fix: 'correct the file, or create the context anew',
      cause,
    })
  }
}

function tlsFilesIn(folder: string, skipVerify: boolean): TlsFiles | undefined {
  const there = (name: string) => (existsSync(join(folder, name)) ? join(folder, name) : undefined)
  if (!skipVerify && !existsSync(folder)) return undefined
  return { ca: there('ca.pem'), cert: there('cert.pem'), key: there('key.pem'), skipVerify }
}
