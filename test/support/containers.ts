/** Containers over the API, for tests that look at what happens inside. */
import assert from 'node:assert/strict'
import type { TestEngine } from './engine.ts'
import { type ArchiveImage, dockerMembers } from './image-archive.ts'
import { tarArchive } from './tar-archive.ts'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Of a start that failed; '' otherwise. */
  readonly refusal: string
}

/** Creates a container. @returns its id */
export async function create(engine: TestEngine, body: object, name = ''): Promise<string> {
  const path = name === '' ? '/containers/create' : `/containers/create?name=${name}`
  const answer = await engine.api('POST', path, { Image: 'busybox', ...body })
  assert.equal(answer.status, 201, answer.text)
  return (answer.json as { Id: string }).Id
}

/** Creates and starts a container. @returns its id */
export async function start(engine: TestEngine, body: object, name = ''): Promise<string> {
  const id = await create(engine, body, name)
  const answer = await engine.api('POST', `/containers/${id}/start`)
  assert.equal(answer.status, 204, answer.text)
  return id
}

/** Runs a container to its end and removes it. */
export async function runToEnd(engine: TestEngine, body: object): Promise<Ended> {
  const id = await create(engine, body)
  try {
    const started = await engine.api('POST', `/containers/${id}/start`)
    const { message = '' } = started.status === 204 ? {} : (started.json as { message?: string })
    const waited = (await engine.api('POST', `/containers/${id}/wait`)).json as { StatusCode: number }
    const stdout = await logs(engine, id, 'stdout=1')
    return { code: waited.StatusCode, stdout, stderr: await logs(engine, id, 'stderr=1'), refusal: message }
  } finally {
    await remove(engine, id)
  }
}

export async function remove(engine: TestEngine, id: string): Promise<void> {
  const { status, text } = await engine.api('DELETE', `/containers/${id}?force=1`)
  assert.ok(status === 204 || status === 404, text)
}

/** What the log holds, without frames; for a container without a terminal. */
export async function logs(engine: TestEngine, id: string, query: string): Promise<string> {
  const { bytes } = await engine.api('GET', `/containers/${id}/logs?${query}`)
  return unframed(bytes).toString()
}

/** The payload of stdcopy frames. */
export function unframed(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 4)
    parts.push(bytes.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return Buffer.concat(parts)
}

/** Loads an image from an archive of `docker save`. */
export async function loadImage(engine: TestEngine, image: ArchiveImage): Promise<void> {
  const answer = await engine.api('POST', '/images/load', tarArchive(dockerMembers([image])))
  assert.equal(answer.status, 200, answer.text)
  assert.doesNotMatch(answer.text, /"error"/)
}
