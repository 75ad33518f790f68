/** Our registry server and the clients that people use: skopeo, podman, dockerd, and our own. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { OCI_LAYER_GZIP, parseReference } from '#oci'
import { DOCKER_PROGRAMS, DockerPeer } from '../parity/peers/docker-peer.ts'
import { PrivateNetwork } from '../parity/peers/private-network.ts'
import { missingPrograms, skopeoCopy } from '../support/docker-registry.ts'
import { ociMembers } from '../support/image-archive.ts'
import { type OwnRegistry, startOwnRegistry } from '../support/own-registry.ts'
import { run } from '../support/process.ts'
import { testClient } from '../support/registry-client.ts'
import { rawClient } from '../support/registry-server.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const skip = missingPrograms('skopeo')
const work = mkdtempSync(join(tmpdir(), 'gantry-serve-peers-'))
const source = join(work, 'source.tar')
let registry: OwnRegistry | undefined
let host = ''

before(async () => {
  if (skip !== false) return
  const layers = ['one', 'two'].map(name => tarArchive([file(name, name.repeat(100_000))]))
  const { members } = ociMembers(
    [{ layers, names: ['app'], config: { config: { Cmd: ['sh'] } } }],
    undefined,
    layer => ({
      bytes: gzipSync(layer),
      mediaType: OCI_LAYER_GZIP,
    }),
  )
  writeFileSync(source, tarArchive(members))
  registry = await startOwnRegistry(join(work, 'root'))
  host = registry.host
  skopeoCopy(`oci-archive:${source}`, `docker://${host}/team/app:1`)
})

after(async () => {
  await registry?.end('SIGTERM')
  rmSync(work, { recursive: true, force: true })
})

async function ok(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args)
  assert.equal(code, 0, `${program} ${args.join(' ')}: ${stderr}`)
  return stdout
}

const digestAt = async (repository: string, tag: string, at = host) =>
  (await rawClient(at)('HEAD', `/v2/${repository}/manifests/${tag}`)).headers['docker-content-digest']

test('skopeo: in, across repositories and out again, unchanged', { skip }, async () => {
  skopeoCopy(`docker://${host}/team/app:1`, `docker://${host}/other/app:2`)
  assert.equal(await digestAt('other/app', '2'), await digestAt('team/app', '1'))
  skopeoCopy(`docker://${host}/other/app:2`, `dir:${join(work, 'out')}`)
  const pulled = await rawClient(host)('GET', '/v2/team/app/manifests/1')
  assert.deepEqual(readFileSync(join(work, 'out/manifest.json')), pulled.body)
  const tags = JSON.parse(await ok('skopeo', ['list-tags', '--tls-verify=false', `docker://${host}/team/app`]))
  assert.deepEqual(tags.Tags, ['1'])
  skopeoCopy(`docker://${host}/team/app:1`, `docker://${host}/gone/app:1`)
  await ok('skopeo', ['delete', '--tls-verify=false', `docker://${host}/gone/app:1`])
  assert.equal(await digestAt('gone/app', '1'), undefined)
})

test('podman: pull and push', { skip: skip || missingPrograms('podman') }, async () => {
  const roots = ['--root', join(work, 'podman'), '--runroot', join(work, 'podman-run'), '--storage-driver', 'vfs']
  await ok('podman', [...roots, 'pull', '-q', '--tls-verify=false', `${host}/team/app:1`])
  await ok('podman', [...roots, 'push', '-q', '--tls-verify=false', `${host}/team/app:1`, `${host}/podman/app:3`])
  assert.notEqual(await digestAt('podman/app', '3'), undefined)
  await ok('podman', [...roots, 'rmi', '-f', '-a'])
  await ok('podman', [...roots, 'pull', '-q', '--tls-verify=false', `${host}/podman/app:3`])
})

test('our own client pulls what is here', { skip }, async () => {
  await using at = await testClient()
  const session = at.client.session()
  const reference = parseReference(`${host}/team/app:1`)
  const { document, descriptor } = await session.fetchDocument(reference)
  assert.equal(descriptor.digest, await digestAt('team/app', '1'))
  assert.ok(document.kind === 'manifest')
  for (const layer of document.layers) await session.fetchBlob(reference, layer, at.store)
})

for (const program of DOCKER_PROGRAMS) {
  test(`${program.name}: pull, push elsewhere, pull again by digest`, { skip: skip || program.absent }, async () => {
    using network = new PrivateNetwork()
    const inside = await startOwnRegistry(join(work, program.name), { start: spawn => network.run(spawn) })
    try {
      await using peer = await DockerPeer.start(program, network)
      const docker = (...args: string[]) => ok(program.cli, ['-H', `unix://${peer.socket}`, ...args])
      await ok('skopeo', [
        'copy',
        '--insecure-policy',
        `oci-archive:${source}`,
        `docker-archive:${join(work, `${program.name}.tar`)}:${inside.host}/team/app:1`,
      ])
      await docker('load', '-i', join(work, `${program.name}.tar`))
      await docker('push', `${inside.host}/team/app:1`)
      await docker('tag', `${inside.host}/team/app:1`, `${inside.host}/other/app:2`)
      const pushed = await docker('push', `${inside.host}/other/app:2`)
      assert.match(pushed, /Mounted from team\/app/)
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1]
      await docker('rmi', '-f', `${inside.host}/team/app:1`, `${inside.host}/other/app:2`)
      const pulled = await docker('pull', `${inside.host}/other/app@${digest}`)
      assert.match(pulled, new RegExp(`Digest: ${digest}`))
    } finally {
      await inside.end('SIGTERM')
    }
  })
}
