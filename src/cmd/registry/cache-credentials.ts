import { readFileSync, statSync } from 'node:fs'
import { errorText, Forbidden, InvalidArgument } from '#lib/errors'
import type { Secret } from '#registry'

const FILE_BYTES_MAX = 64 * 1024
const OTHERS = 0o077

/** `NAME:PASSWORD` on the one line of a file that nobody else may read. @throws InvalidArgument, Forbidden */
export function readCacheCredentials(path: string): Secret {
  const { mode, text } = read(path)
  if ((mode & OTHERS) !== 0) {
    throw new Forbidden(`--cache-credentials ${path} can be read by others`, { fix: `chmod 600 ${path}` })
  }
  const [, username, password] = /^([^:\r\n]+):([^\r\n]+)\r?\n?$/.exec(text) ?? []
  if (text.length > FILE_BYTES_MAX || username === undefined || password === undefined) {
    throw new InvalidArgument(`--cache-credentials ${path} holds no name and password`, {
      fix: 'write NAME:PASSWORD on its only line',
    })
  }
  return { kind: 'basic', username, password }
}

function read(path: string): { readonly mode: number; readonly text: string } {
  try {
    return { mode: statSync(path).mode, text: readFileSync(path, 'utf8') }
  } catch (error) {
    throw new InvalidArgument(`cannot read --cache-credentials ${path}: ${errorText(error)}`, { cause: error })
  }
}
