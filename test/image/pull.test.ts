/** Pulling, where all goes well. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { chainIds, digestOf } from '#oci'
import { progressText, quietly, ref, testImages, withRoot } from '../support/images.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { file, folder, symlink, tarArchive } from '../support/tar-archive.ts'

const BASE = tarArchive([folder('etc'), file('etc/name', 'base'), file('etc/gone', 'x'), symlink('link', 'etc/name')])
const TOP = tarArchive([file('etc/name', 'top'), file('etc/.wh.gone', ''), file('big', Buffer.alloc(3_000_000, 'b'))])

test('a whole image, with what a client sees of it', async () => {
  await using registry = await ScriptedRegistry.start()
  await using at = await testImages()
  const stored = registry.addImage('team/app', '1', [BASE, TOP])
  const seen: string[] = []
  const options = quietly({ onProgress: progress => void seen.push(progressText(progress)) })
  const image = await at.images.pull(ref(`${registry.host}/team/app:1`), options)
  const name = `${registry.host}/team/app`
  const chain = chainIds([BASE, TOP].map(layer => digestOf(layer)))
  const { config, lastTagged, ...rest } = image
  assert.deepEqual(rest, {
    id: stored.config.digest,
    chainId: chain[1],
    tags: [`${name}:1`],
    repoDigests: [`${name}@${stored.manifest.digest}`],
    size: 4 + 1 + 3 + 3_000_000,
    layerSizes: [5, 3_000_003],
    manifest: stored.manifest.digest,
  })
  assert.equal(config.id, image.id)
  assert.match(lastTagged ?? '', /^20.*Z$/)
  assert.deepEqual(at.images.list(), [image])
  assert.deepEqual(at.images.damaged(), [])

  const [base = '', top = ''] = stored.layers.map(layer => layer.digest.slice(7, 19))
  const of = (id: string) => seen.filter(line => line.startsWith(id)).map(line => line.slice(14).replace(/ \d.*/, ''))
  const steps = [
    'Pulling fs layer',
    'Downloading',
    'Verifying Checksum',
    'Download complete',
    'Extracting',
    'Pull complete',
  ]
  assert.deepEqual([...new Set(of(base))], steps)
  assert.deepEqual([...new Set(of(top))], steps)
  assert.equal(seen[0], '1: Pulling from team/app')
  assert.ok(seen.includes(`${top}: Downloading ${TOP.length}/${TOP.length}`))
  assert.deepEqual(seen.slice(-2), [
    `Digest: ${stored.manifest.digest}`,
    `Status: Downloaded newer image for ${name}:1`,
  ])
  assert.ok(seen.indexOf(`${base}: Pull complete`) < seen.indexOf(`${top}: Pull complete`))

  await withRoot(at, image.chainId ?? '', root => {
    assert.deepEqual(readdirSync(root).sort(), ['big', 'etc', 'link'])
    assert.equal(readFileSync(join(root, 'link'), 'utf8'), 'top')
    assert.equal(existsSync(join(root, 'etc/gone')), false)
  })
})
