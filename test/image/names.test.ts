/** What people may call an image, and what names do when they move. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Images } from '#image'
import { hexOf, parseDigest } from '#oci'
import { importTar, ref, testImages } from '../support/images.ts'

const notFound = (name: string) => ({ kind: 'not-found', message: `No such image: ${name}` })

test('by name, by id, by the beginning of an id', async () => {
  await using at = await testImages()
  const { images } = at
  const image = await importTar(images, 'content', ref('busybox:1.36'))
  const hex = hexOf(image.id)
  for (const name of [
    'busybox:1.36',
    'library/busybox:1.36',
    'docker.io/library/busybox:1.36',
    'index.docker.io/busybox:1.36',
    image.id,
    hex,
    hex.slice(0, 12),
    hex.slice(0, 1),
    `sha256:${hex.slice(0, 12)}`,
  ]) {
    assert.equal(images.resolve(name).id, image.id, name)
  }
  assert.throws(() => images.resolve('busybox'), notFound('busybox:latest'))
  assert.throws(() => images.resolve('team/app:x'), notFound('team/app:x'))
  assert.throws(() => images.resolve('localhost:5000/a/b'), notFound('localhost:5000/a/b:latest'))
  assert.throws(() => images.resolve('f'.repeat(64)), notFound(`sha256:${'f'.repeat(64)}`))
  const other = hex.startsWith('a') ? 'b' : 'a'
  assert.throws(() => images.resolve(`${other}${hex}`.slice(0, 20)), { kind: 'not-found' })
  for (const text of ['', 'UPPER', 'a b', '../etc/passwd', 'x'.repeat(1 << 20)]) {
    assert.throws(() => images.resolve(text), { kind: 'invalid-argument' })
  }
})

test('a name that looks like the beginning of an id is a name first', async () => {
  await using at = await testImages()
  const one = await importTar(at.images, 'one', undefined)
  const two = await importTar(at.images, 'two', undefined)
  const prefix = hexOf(one.id).slice(0, 12)
  await at.images.tag(two.id, ref(prefix))
  assert.equal(at.images.resolve(prefix).id, two.id)
  assert.equal(at.images.resolve(prefix.slice(0, 11)).id, one.id)
  await at.images.untag(ref(prefix))
  assert.equal(at.images.resolve(prefix).id, one.id)
})

test('the beginning of two ids is no name of either', async () => {
  await using at = await testImages()
  const byFirst = new Map<string, number>()
  for (let i = 0; i < 18; i++) {
    const first = hexOf((await importTar(at.images, `image ${i}`, undefined)).id).slice(0, 1)
    byFirst.set(first, (byFirst.get(first) ?? 0) + 1)
  }
  for (const [first, count] of byFirst) {
    if (count > 1) assert.throws(() => at.images.resolve(first), notFound(`${first}:latest`))
    else assert.equal(hexOf(at.images.resolve(first).id).slice(0, 1), first)
  }
  assert.ok([...byFirst.values()].some(count => count > 1))
})

test('names are given, moved and taken away; an image without one stays', async () => {
  await using at = await testImages()
  const { images } = at
  const one = await importTar(images, 'one', ref('app:1'))
  const two = await importTar(images, 'two', undefined)
  await images.tag('app:1', ref('host:5000/team/app'))
  assert.deepEqual(tags(images, one.id), ['docker.io/library/app:1', 'host:5000/team/app:latest'])
  const before = images.get(one.id)?.lastTagged
  await images.tag('app:1', ref('app:1'))
  assert.notEqual(images.get(one.id)?.lastTagged, before, 'as Docker: given again is given')
  await images.tag(two.id, ref('app:1'))
  assert.deepEqual(tags(images, one.id), ['host:5000/team/app:latest'])
  assert.equal(images.resolve('app:1').id, two.id)
  await images.untag(ref('host:5000/team/app'))
  await images.untag(ref('host:5000/team/app'))
  assert.deepEqual(tags(images, one.id), [])
  assert.throws(() => images.resolve('host:5000/team/app'), { kind: 'not-found' })
  assert.equal(images.list().length, 2)
  await images.remove(two.id)
  assert.throws(() => images.resolve('app:1'), { kind: 'not-found' })
  assert.deepEqual(
    images.list().map(({ id }) => id),
    [one.id],
  )
  await images.remove(two.id)

  for (const [name, message] of [
    [`app@sha256:${'0'.repeat(64)}`, 'refusing to create a tag with a digest reference'],
    ['sha256:1', 'refusing to create an ambiguous tag using digest algorithm as name'],
  ] as const) {
    await assert.rejects(images.tag(one.id, ref(name)), { kind: 'invalid-argument', message })
  }
  await assert.rejects(images.tag('nobody', ref('x')), notFound('nobody:latest'))
})

test('what was acknowledged is there after a restart', async () => {
  await using at = await testImages()
  const image = await importTar(at.images, 'one', ref('app:1'))
  await at.images.tag('app:1', ref('app:2'))
  await using again = await at.reopen()
  assert.deepEqual(tags(again.images, image.id), ['docker.io/library/app:1', 'docker.io/library/app:2'])
  assert.deepEqual(again.images.list(), [again.images.resolve('app:2')])
})

function tags(images: Images, id: string) {
  return images.get(parseDigest(id))?.tags
}
