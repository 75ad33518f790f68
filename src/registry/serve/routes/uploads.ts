import { sendEmpty } from '../http/answer.ts'
import { bodyChunks, chunkStart } from '../http/body.ts'
import type { Call } from '../http/call.ts'
import { checkDigest, checkName } from '../http/path.ts'
import { invalidDigest } from '../refusal.ts'
import type { Chunk, UploadState } from '../registry.ts'
import { rangeHeader } from '../store/uploads.ts'
import { writerOf } from './writer.ts'

/** POST /v2/NAME/blobs/uploads/: begins an upload, is one as a whole (`digest`), or mounts (`mount`, `from`). */
export async function postUpload(call: Call, repository: string): Promise<void> {
  const writer = writerOf(call)
  const [mount, from, digest] = ['mount', 'from', 'digest'].map(name => call.query.get(name))
  if (mount != null) {
    const mounted = checkDigest(mount)
    const source = from == null || from === '' ? undefined : checkName(from)
    if (mayMount(call, source) && (await writer.mount(repository, mounted, source)))
      return sendCreated(call, repository, mounted)
  }
  const whole = digest == null ? undefined : checkDigest(digest)
  const state = await writer.startUpload(repository)
  if (whole === undefined) return sendState(call, repository, state, 202)
  try {
    await writer.finish(repository, state.id, whole, chunkOf(call))
  } catch (error) {
    // Nobody has been told of it: it cannot be gone on with.
    await writer.cancelUpload(repository, state.id).catch(() => {})
    throw error
  }
  sendCreated(call, repository, whole)
}

/** Out of a repository that the client may read; one that is not named could be any (S80). */
function mayMount({ access }: Call, from: string | undefined): boolean {
  return from === undefined ? access.isFull : access.may('pull', from)
}

/** GET and HEAD: how much is there. */
export async function getUpload(call: Call, repository: string, id: string): Promise<void> {
  sendState(call, repository, await writerOf(call).upload(repository, id), 204)
}

/** PATCH: a chunk. */
export async function patchUpload(call: Call, repository: string, id: string): Promise<void> {
  const writer = writerOf(call)
  sendState(call, repository, await writer.append(repository, id, chunkOf(call)), 202)
}

/** PUT ?digest=: the last chunk, if any, and the end. */
export async function putUpload(call: Call, repository: string, id: string): Promise<void> {
  const writer = writerOf(call)
  const text = call.query.get('digest')
  if (text === null || text === '') throw invalidDigest('', 'the end of an upload needs ?digest=')
  const digest = checkDigest(text)
  await writer.finish(repository, id, digest, chunkOf(call))
  sendCreated(call, repository, digest)
}

export async function deleteUpload(call: Call, repository: string, id: string): Promise<void> {
  await writerOf(call).cancelUpload(repository, id)
  sendEmpty(call.response, 204)
}

function chunkOf({ request, signal }: Call): Chunk {
  return { start: chunkStart(request), body: bodyChunks(request), signal }
}

function sendState(call: Call, repository: string, { id, offset }: UploadState, status: number): void {
  sendEmpty(call.response, status, {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: rangeHeader(offset),
    'docker-upload-uuid': id,
  })
}

function sendCreated(call: Call, repository: string, digest: string): void {
  sendEmpty(call.response, 201, {
    location: `/v2/${repository}/blobs/${digest}`,
    'docker-content-digest': digest,
  })
}
