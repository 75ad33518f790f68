import { Conflict } from '#lib/errors'
import type { StoreDeps } from './deps.ts'
import { below, type UploadRecord } from './records.ts'
import type { Uploads } from './uploads.ts'

/** Removes uploads whose last byte came `age` milliseconds ago or earlier, and parts of blobs of which no upload is known. */
export async function expireUploads(
  { content, records, now }: StoreDeps,
  uploads: Pick<Uploads, 'expire'>,
  age: number,
  dryRun: boolean,
): Promise<{ readonly ids: string[]; readonly bytes: number }> {
  const ids: string[] = []
  let bytes = 0
  const parts = new Map((await content.ingests()).map(info => [info.ref ?? info.key, info]))
  for (const { name, value } of below<UploadRecord>(records.uploads, '')) {
    const part = parts.get(`upload ${name}`)
    parts.delete(`upload ${name}`)
    const idle = Math.min(now() - value.since, part?.age ?? Number.POSITIVE_INFINITY)
    if (idle < age || !(dryRun || (await uploads.expire(name)))) continue
    ids.push(name)
    bytes += part?.size ?? 0
  }
  for (const part of parts.values()) {
    if (part.active || part.age < age) continue
    if (!dryRun) await content.removeIngest(part.key).catch(ignoreConflict)
    bytes += part.size
  }
  return { ids, bytes }
}

/** Somebody writes it since we looked. */
function ignoreConflict(error: unknown): boolean {
  if (error instanceof Conflict) return false
  throw error
}
