/** What we push to the reference registry, dockerd pulls as it is, and the other way round: identical digests. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { archiveOf } from '../parity/archives.ts'
import { DOCKER_PROGRAMS, DockerPeer } from '../parity/peers/docker-peer.ts'
import { GantryPeer } from '../parity/peers/gantry-peer.ts'
import { PrivateNetwork } from '../parity/peers/private-network.ts'
import { missingPrograms, startDockerRegistry } from '../support/docker-registry.ts'
import { callApi, systemSkip } from '../support/engine.ts'
import { run } from '../support/process.ts'

interface Inspected {
  readonly Id: string
  readonly RepoDigests: readonly string[]
  readonly RootFS: { readonly Layers: readonly string[] }
}

async function inspect(socket: string, name: string): Promise<Inspected> {
  const { status, text, json } = await callApi(socket, 'GET', `/images/${name}/json`)
  assert.equal(status, 200, text)
  return json as Inspected
}

/** The digest that an engine knows an image of the repository by. */
function digestIn({ RepoDigests }: Inspected, repository: string): string | undefined {
  return RepoDigests.find(name => name.startsWith(`${repository}@`))?.split('@')[1]
}

for (const program of DOCKER_PROGRAMS) {
  const skip = systemSkip() || missingPrograms('docker-registry') || program.absent
  test(`${program.name}: pulls what we pushed, and we what it pushed`, { skip, timeout: 120_000 }, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'gantry-docker-pulls-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    using network = new PrivateNetwork()
    const registry = await network.run(() => startDockerRegistry(folder))
    try {
      await using ours = await GantryPeer.start(network)
      await using theirs = await DockerPeer.start(program, network)
      const docker = async (socket: string, ...args: string[]) => {
        const { code, stdout, stderr } = await run(program.cli, ['-H', `unix://${socket}`, ...args])
        assert.equal(code, 0, `docker ${args.join(' ')}: ${stderr}`)
        return stdout
      }
      const [there, back] = [`${registry.host}/team/app`, `${registry.host}/team/back`]
      await callApi(ours.socket, 'POST', '/images/load?quiet=1', archiveOf('busybox'))
      await docker(ours.socket, 'tag', 'busybox', `${there}:1`)
      const pushed = /1: digest: (sha256:\S+) size/.exec(await docker(ours.socket, 'push', `${there}:1`))?.[1]
      assert.match(await docker(theirs.socket, 'pull', `${there}:1`), new RegExp(`Digest: ${pushed}`))
      const [own, other] = [await inspect(ours.socket, `${there}:1`), await inspect(theirs.socket, `${there}:1`)]
      assert.deepEqual(other.RootFS.Layers, own.RootFS.Layers)
      assert.deepEqual([digestIn(own, there), digestIn(other, there)], [pushed, pushed])
      assert.equal(other.Id, own.Id)

      await docker(theirs.socket, 'tag', `${there}:1`, `${back}:2`)
      const returned = /2: digest: (sha256:\S+) size/.exec(await docker(theirs.socket, 'push', `${back}:2`))?.[1]
      assert.match(await docker(ours.socket, 'pull', `${back}@${returned}`), new RegExp(`Digest: ${returned}`))
      assert.equal((await inspect(ours.socket, `${back}@${returned}`)).Id, own.Id)
    } finally {
      await registry.stop()
    }
  })
}
