import { errorCode } from '#lib/errors'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ELOOP: 'too many levels of symbolic links',
}

/** Why a file could not be opened, in the words of Go. */
export function openReason(path: string, error: unknown): string {
  const code = errorCode(error) ?? ''
  const message = error instanceof Error ? error.message : String(error)
  const verb = code === 'EISDIR' ? 'read' : 'open'
  return `${verb} ${path}: ${REASONS[code] ?? message}`
}
