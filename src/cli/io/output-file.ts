import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../failure.ts'
import { openReason } from './open-reason.ts'
import type { Output } from './streams.ts'

/** Whether a file can be made at `path`, before anything is asked of the engine. @throws Failure in Docker's words */
export function checkOutputPath(what: string, path: string): void {
  const folder = dirname(path)
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    throw new Failure(
      `failed to ${what} to ${path}: invalid output path: directory ${JSON.stringify(folder)} does not exist`,
    )
  }
  const there = statSync(path, { throwIfNoEntry: false })
  const reason = there?.isCharacterDevice() || there?.isBlockDevice() ? 'got a device' : 'got an irregular file'
  if (there === undefined || there.isFile()) return
  const problem = there.isDirectory() ? `invalid output path: ${JSON.stringify(path)} is a directory` : reason
  throw new Failure(`failed to ${what} to ${path}: ${problem}`)
}

/** Writes a file that appears when it is whole; what was there before stays until then. */
export async function copyToFile(source: Readable, path: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`)
  try {
    await pipeline(source, createWriteStream(temporary, { mode: 0o600, flush: true }))
    renameSync(temporary, path)
  } catch (cause) {
    rmSync(temporary, { force: true })
    throw cause instanceof Error && 'syscall' in cause ? new Failure(openReason(path, cause), undefined, cause) : cause
  }
}

export async function copyToOutput(source: Readable, out: Output): Promise<void> {
  await pipeline(source, out.raw, { end: false })
}
