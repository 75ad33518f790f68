import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { Failure } from '../failure.ts'
import { openReason } from './open-reason.ts'

/** A file as a stream, which closes it. @throws Failure in the words of Go */
export async function openForReading(path: string): Promise<Readable> {
  try {
    const file = await open(path)
    if ((await file.stat()).isDirectory()) {
      await file.close()
      throw new Failure(`read ${path}: is a directory`)
    }
    return file.createReadStream()
  } catch (cause) {
    throw cause instanceof Failure ? cause : new Failure(openReason(path, cause), undefined, cause)
  }
}
