import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseReference } from '#oci'
import { ScriptedRegistry } from '../support/registry.ts'
import { testClient } from '../support/registry-client.ts'

test('a mirror is asked first, without credentials; what it lacks comes from the registry', async () => {
  await using own = await ScriptedRegistry.start()
  await using mirror = await ScriptedRegistry.start()
  own.basicAuth = { name: 'me', password: 'secret' }
  const root = mkdtempSync(join(tmpdir(), 'gantry-mirror-'))
  try {
    mkdirSync(join(root, own.host))
    writeFileSync(
      join(root, own.host, 'hosts.toml'),
      `server = "${own.url}"\n[host."${mirror.url}"]\ncapabilities = ["pull", "resolve"]\n`,
    )
    await using at = await testClient({ config: { insecure: [], tls: new Map(), hostFolders: [root] } })
    const secret = { kind: 'basic', username: 'me', password: 'secret' } as const
    const session = () => at.client.session({ registry: own.host, secret })
    const { manifest } = mirror.addImage('app', '1', [Buffer.from('layer')])
    own.addImage('app', '2', [Buffer.from('other layer')])
    assert.equal((await session().resolve(parseReference(`${own.host}/app:1`))).digest, manifest.digest)
    assert.equal(own.requests.length, 0)
    await session().resolve(parseReference(`${own.host}/app:2`))
    assert.ok(own.requests.length > 0)
    assert.ok(mirror.requests.every(({ headers, url }) => headers.authorization === undefined && url.includes('ns=')))
    // Nothing is pushed to a mirror.
    const before = mirror.requests.length
    await session().pushDocument(parseReference(`${own.host}/app:3`), manifest.mediaType, Buffer.from('{}'))
    assert.equal(mirror.requests.length, before)
  } finally {
    rmSync(root, { recursive: true })
  }
})
