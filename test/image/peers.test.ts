/** Images as others keep and pack them: the reference registry, and the archives of skopeo. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Image } from '#image'
import { OCI_LAYER_GZIP } from '#oci'
import { missingPrograms, type RunningRegistry, skopeoCopy, startDockerRegistry } from '../support/docker-registry.ts'
import { type ArchiveImage, ociMembers } from '../support/image-archive.ts'
import { loadArchive, quietly, ref, type TestImages, testImages, withRoot } from '../support/images.ts'
import { tarArchive } from '../support/tar-archive.ts'

const skip = missingPrograms('docker-registry', 'skopeo', 'tar', 'busybox')

const work = mkdtempSync(join(tmpdir(), 'gantry-peers-'))
const tree = join(work, 'tree')
let registry: RunningRegistry | undefined
let host = ''

/** A tree with files of every kind, as two layers that GNU tar writes. */
function layersOfTree(): Buffer[] {
  mkdirSync(join(tree, 'bin'), { recursive: true })
  writeFileSync(join(tree, 'bin/busybox'), readFileSync('/usr/bin/busybox'), { mode: 0o755 })
  const script = `
    cd "$1" && ln bin/busybox bin/sh && ln -s busybox bin/ls && mkdir -p d/deep 'with space' && chmod 1777 d &&
    echo text > d/deep/file && touch -d @1000000000.123456789 d/deep/file && chown 12:34 d/deep/file &&
    mkfifo fifo && mknod null c 1 3 && chmod 4755 bin/ls && setfattr -n user.x -v y d/deep/file`
  assert.equal(spawnSync('bash', ['-e', '-c', script, 'bash', tree], { stdio: 'inherit' }).status, 0)
  const args = ['--format=pax', '--xattrs', '--numeric-owner', '-cf', '-', '-C', tree]
  return [['bin'], ['d', 'with space', 'fifo', 'null']].map(names => {
    const { status, stdout } = spawnSync('tar', [...args, ...names], { maxBuffer: 1 << 26 })
    assert.equal(status, 0)
    return stdout
  })
}

before(async () => {
  if (skip !== false) return
  registry = await startDockerRegistry(work)
  host = registry.host
  const image: ArchiveImage = { layers: layersOfTree(), names: ['app'], config: { config: { Cmd: ['sh'] } } }
  const { members } = ociMembers([image], undefined, layer => ({ bytes: gzipSync(layer), mediaType: OCI_LAYER_GZIP }))
  writeFileSync(join(work, 'source.tar'), tarArchive(members))
  skopeoCopy(`oci-archive:${join(work, 'source.tar')}`, `docker://${host}/team/app:1`)
  skopeoCopy(`docker://${host}/team/app:1`, `docker-archive:${join(work, 'docker.tar')}:team/app:2`)
  skopeoCopy(`docker://${host}/team/app:1`, `oci-archive:${join(work, 'oci.tar')}:team/app:3`)
})

after(async () => {
  await registry?.stop()
  rmSync(work, { recursive: true })
})

/** The image has the same files as the tree, with the same attributes: GNU tar says the same of both. */
async function checkTree(at: TestImages, image: Image): Promise<void> {
  assert.deepEqual(image.config.defaults.cmd, ['sh'])
  const list = (folder: string) => {
    const args = ['--format=pax', '--xattrs', '--sort=name', '--numeric-owner', '-cf', '-', '-C', folder]
    const { stdout } = spawnSync('tar', [...args, ...readdirSync(folder).sort()], { maxBuffer: 1 << 26 })
    return spawnSync('tar', ['--xattrs', '--full-time', '-tvvf', '-'], { input: stdout }).stdout.toString()
  }
  const listed = await withRoot(at, image.chainId ?? '', list)
  assert.equal(listed, list(tree))
  assert.match(listed, /user\.x/)
  const content = await withRoot(at, image.chainId ?? '', root => readFileSync(join(root, 'bin/sh')))
  assert.ok(content.equals(readFileSync('/usr/bin/busybox')))
}

test('pulled from the reference registry', { skip }, async () => {
  await using at = await testImages()
  const image = await at.images.pull(ref(`${host}/team/app:1`), quietly())
  await checkTree(at, image)
  assert.deepEqual(image.tags, [`${host}/team/app:1`])
})

test('the archives of skopeo, in both formats, and the same image whichever way it came', { skip }, async () => {
  await using at = await testImages()
  const names: string[] = []
  for (const archive of ['docker.tar', 'oci.tar']) {
    const [loaded] = await loadArchive(at.images, createReadStream(join(work, archive)))
    assert.ok(loaded !== undefined)
    await checkTree(at, loaded.image)
    names.push(...loaded.image.tags)
  }
  const pulled = await at.images.pull(ref(`${host}/team/app:1`), quietly())
  assert.deepEqual(
    at.images.list().map(({ id }) => id),
    [pulled.id],
  )
  assert.deepEqual(pulled.tags, [`${host}/team/app:1`, 'docker.io/team/app:2', 'docker.io/team/app:3'].sort())
  assert.equal(at.snapshots.list().length, 2)
  assert.deepEqual([...new Set(names)].sort(), ['docker.io/team/app:2', 'docker.io/team/app:3'])
})
