/** Archives of images between engines, in both directions: the same configuration digests, and they run. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { OCI_LAYER_GZIP } from '#oci'
import { DOCKER_PROGRAMS, DockerPeer, type DockerProgram } from '../parity/peers/docker-peer.ts'
import { busyboxArchive } from '../support/busybox.ts'
import { missingPrograms, skopeoCopy } from '../support/docker-registry.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { ociMembers } from '../support/image-archive.ts'
import { podmanSkip, TestPodman } from '../support/podman.ts'
import { type Finished, run } from '../support/process.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const TOP = tarArchive([file('word', 'hello')])
const APP = { layers: [busyboxArchive(), TOP], names: ['team/app:1'], config: { config: { Cmd: ['cat', '/word'] } } }
const RUN = ['run', '--rm', '--network', 'none', 'team/app:1']

describe('archives between engines', { skip: systemSkip() }, () => {
  const work = mkdtempSync(join(tmpdir(), 'gantry-save-'))
  const saved = join(work, 'gantry.tar')
  let engine: TestEngine
  let ids: string[] = []

  before(async () => {
    engine = await TestEngine.start()
    const pack = (bytes: Buffer) => ({ bytes: gzipSync(bytes), mediaType: OCI_LAYER_GZIP })
    const { members } = ociMembers([APP], 'io.containerd.image.name', pack)
    const answer = await engine.api('POST', '/images/load', tarArchive(members))
    assert.doesNotMatch(answer.text, /error/)
    ok(await engine.gantry(['tag', 'team/app:1', 'team/app:2']))
    ok(await engine.gantry(['save', '-o', saved, 'team/app', 'busybox']))
    ids = await idsOf((...args) => engine.gantry(args))
  })

  after(async () => {
    await engine[Symbol.asyncDispose]()
    rmSync(work, { recursive: true })
  })

  /** Takes both images of an archive into an engine that has neither, runs one, and removes them. */
  async function takeBack(archive: string): Promise<void> {
    await using other = await TestEngine.startEmpty()
    ok(await other.gantry(['load', '-i', archive]))
    assert.deepEqual(await idsOf((...args) => other.gantry(args)), ids)
    const { stdout, stderr } = await other.gantry(RUN)
    assert.equal(stdout, 'hello', stderr)
  }

  for (const program of DOCKER_PROGRAMS) {
    test(`${program.name} loads ours and saves what we load`, { skip: program.absent }, async () => {
      await using peer = await DockerPeer.start(program)
      const docker = cliOf(program, peer)
      ok(await docker('load', '-i', saved))
      assert.deepEqual(await idsOf(docker), ids)
      assert.equal(ok(await docker(...RUN)), 'hello')
      const back = join(work, `${program.name}.tar`)
      ok(await docker('save', '-o', back, 'team/app:1', 'team/app:2', 'busybox'))
      await takeBack(back)
    })
  }

  test('Podman loads ours and saves what we load, in both formats', { skip: podmanSkip }, async () => {
    using podman = new TestPodman()
    ok(await podman.run('load', '-i', saved))
    const names: string[] = []
    const found: string[] = []
    for (const name of ['team/app:1', 'team/app:2', 'library/busybox:latest']) {
      // Podman takes short names of archives for its own.
      ok(await podman.run('tag', `localhost/${name.replace('library/', '')}`, `docker.io/${name}`))
      names.push(`docker.io/${name}`)
      found.push(`sha256:${ok(await podman.run('image', 'inspect', '-f', '{{.Id}}', `docker.io/${name}`)).trim()}`)
    }
    assert.deepEqual([...new Set(found)].sort(), ids)
    const docker = join(work, 'podman.tar')
    ok(await podman.run('save', '--multi-image-archive', '-o', docker, ...names))
    await takeBack(docker)
    const oci = join(work, 'podman-oci.tar')
    ok(await podman.run('save', '--format', 'oci-archive', '-o', oci, names[0] ?? ''))
    await using other = await TestEngine.startEmpty()
    ok(await other.gantry(['load', '-i', oci]))
    // Podman writes the configuration anew on the way from one format to the other.
    assert.equal(ok(await other.gantry(RUN)), 'hello')
  })

  test('skopeo reads ours as either', { skip: missingPrograms('skopeo') }, async () => {
    const id = ok(await engine.gantry(['image', 'inspect', '-f', '{{.Id}}', 'team/app:1'])).trim()
    const one = join(work, 'one.tar')
    ok(await engine.gantry(['save', '-o', one, 'team/app:1']))
    for (const source of [`docker-archive:${saved}:team/app:2`, `docker-archive:${one}`, `oci-archive:${one}`]) {
      const copy = join(work, `skopeo-${source.length}.tar`)
      skopeoCopy(source, `docker-archive:${copy}:team/app:1`)
      await using other = await TestEngine.startEmpty()
      ok(await other.gantry(['load', '-i', copy]))
      assert.equal(ok(await other.gantry(['image', 'inspect', '-f', '{{.Id}}', 'team/app:1'])).trim(), id)
      rmSync(copy)
    }
  })

  test('to stdout, and refusals of both ends', async () => {
    const bytes = (await engine.api('GET', '/images/get?names=team/app:1&names=busybox')).bytes
    assert.equal(bytes.length % 512, 0)
    assert.deepEqual((await engine.api('GET', '/images/team/app:1/get?names=busybox')).bytes, bytes)
    const missing = await engine.gantry(['save', 'nope'])
    assert.equal(missing.code, 1)
    assert.match(missing.stderr, /No such image: nope:latest/)
    const folder = await engine.gantry(['save', '-o', join(work, 'no/such'), 'busybox'])
    assert.match(folder.stderr, /directory ".*no" does not exist/)
    assert.match((await engine.gantry(['save', '-o', '/dev/null', 'busybox'])).stderr, /got a device/)
  })
})

async function idsOf(cli: (...args: string[]) => Promise<Finished>): Promise<string[]> {
  return [
    ...new Set(
      ok(await cli('images', '-q', '--no-trunc'))
        .trim()
        .split('\n'),
    ),
  ].sort()
}

function cliOf(program: DockerProgram, peer: DockerPeer): (...args: string[]) => Promise<Finished> {
  const env = { PATH: program.path, HOME: peer.folder, DOCKER_HOST: `unix://${peer.socket}` }
  return (...args) => run(program.cli, args, { env })
}

function ok({ code, stdout, stderr }: Finished): string {
  assert.equal(code, 0, stderr)
  return stdout
}
