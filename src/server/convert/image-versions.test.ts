import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImageInspectResponse, ImageSummary } from '#api'
import { imageIn, summaryIn } from './image-versions.ts'

const ITEM = { Containers: 2, Size: 5, RepoTags: [], RepoDigests: [] } as unknown as ImageSummary
const IMAGE = { Size: 5, Config: { User: 'me' } } as unknown as ImageInspectResponse

test('a list of images has what its version of the API had', () => {
  const shown = (version: `${number}.${number}`) => {
    const { Containers, VirtualSize, RepoTags, RepoDigests } = summaryIn(version, ITEM)
    return [Containers, VirtualSize, RepoTags, RepoDigests]
  }
  assert.deepEqual(shown('1.51'), [2, undefined, [], []])
  assert.deepEqual(shown('1.50'), [-1, undefined, [], []])
  assert.deepEqual(shown('1.43'), [-1, 5, [], []])
  assert.deepEqual(shown('1.42'), [-1, 5, ['<none>:<none>'], ['<none>@<none>']])
  assert.equal(summaryIn('1.42', { ...ITEM, RepoTags: ['a:b'] }).RepoDigests, null)
})

test('an image has what its version of the API had', () => {
  const has = (version: `${number}.${number}`) => {
    const { Config, ContainerConfig, VirtualSize, Created } = imageIn(version, IMAGE)
    return ['Tty' in Config, ContainerConfig !== undefined, VirtualSize !== undefined, Created !== undefined]
  }
  assert.deepEqual(has('1.50'), [false, false, false, false])
  assert.deepEqual(has('1.49'), [true, false, false, false])
  assert.deepEqual(has('1.44'), [true, true, false, false])
  assert.deepEqual(has('1.43'), [true, true, true, true])
})
