import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '#lib/errors'

const MODE = 0o600
const FOLDER_MODE = 0o700

/**
 * Puts `text` in the place of a file, at once and durably. A link stays a link; the mode of what was there is kept, a
 * new file and its folders are for their owner only.
 */
export function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE })
  const target = realPath(path)
  const temporary = `${target}.${process.getBuiltinModule('node:crypto').randomUUID()}`
  const fd = openSync(temporary, 'wx', modeOf(target))
  try {
    writeSync(fd, text)
    fsyncSync(fd)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
  const folder = openSync(dirname(target), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return path
    throw error
  }
}

function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? MODE) & 0o777
}
