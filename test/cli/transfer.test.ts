/** Loading and pulling an image with Docker's own command and with ours: the same words, the same image. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { busyboxMembers, tarOf } from '../support/busybox.ts'
import { missingPrograms, type RunningRegistry, skopeoCopy, startDockerRegistry } from '../support/docker-registry.ts'
import { GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { dockerMembers, ociMembers } from '../support/image-archive.ts'
import { run } from '../support/process.ts'
import { tarArchive } from '../support/tar-archive.ts'
import { onPath } from './peer.ts'

const docker = onPath('docker')
const skip = systemSkip() || (docker === undefined ? 'needs docker' : missingPrograms('docker-registry', 'skopeo'))

describe('images that come from elsewhere', { skip, timeout: 120_000 }, () => {
  let engine: TestEngine
  let registry: RunningRegistry

  before(async () => {
    engine = await TestEngine.startEmpty()
    registry = await startDockerRegistry(engine.folder)
    const image = { layers: [tarOf(busyboxMembers())], names: ['moved:1'] }
    writeFileSync(archive('docker'), tarArchive(dockerMembers([image])))
    writeFileSync(archive('oci'), tarArchive(ociMembers([image], 'io.containerd.image.name').members))
    writeFileSync(archive('cut'), tarArchive(dockerMembers([image])).subarray(0, 100_000))
    skopeoCopy(`docker-archive:${archive('docker')}`, `docker://${registry.host}/moved:1`)
  })

  after(async () => {
    await registry.stop()
    await engine[Symbol.asyncDispose]()
  })

  const archive = (kind: string) => join(engine.folder, `${kind}.tar`)

  /** The command's answer on an engine without the image, and what the engine has then. */
  async function answers(program: string, args: readonly string[]) {
    const { code, stdout, stderr } = await run(program, args, { env: engine.env })
    const images = (await engine.api('GET', '/images/json')).json as { Id: string; RepoTags: string[] }[]
    for (const { Id } of images) await engine.api('DELETE', `/images/${Id}?force=1`)
    return { code, stdout, stderr, images: images.map(({ Id, RepoTags }) => [Id, RepoTags]) }
  }

  async function sameOnBoth(args: readonly string[], code: number, words: RegExp): Promise<void> {
    const theirs = await answers(docker ?? '', args)
    const ours = await answers(GANTRY, args)
    assert.deepEqual(ours, theirs)
    assert.equal(ours.code, code, ours.stderr)
    assert.match(ours.stdout + ours.stderr, words)
    assert.equal(ours.images.length, code === 0 ? 1 : 0)
  }

  for (const kind of ['docker', 'oci']) {
    test(`an archive of the ${kind} kind`, async () => {
      await sameOnBoth(['load', '-i', archive(kind)], 0, /^Loaded image: .*moved:1\n$/)
      await sameOnBoth(['load', '-q', '-i', archive(kind)], 0, /^Loaded image: .*moved:1\n$/)
    })
  }

  test('an archive that is cut off', () => sameOnBoth(['load', '-i', archive('cut')], 1, /./))

  test('an image of a registry', async () => {
    await sameOnBoth(['pull', `${registry.host}/moved:1`], 0, /Status: Downloaded newer image for 127/)
    await sameOnBoth(['pull', '-q', `${registry.host}/moved:1`], 0, /^127[^\n]*moved:1\n$/)
    await sameOnBoth(['pull', `${registry.host}/nope:1`], 1, /not found/)
  })
})
