import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Image } from '#image'
import { sharedSizes } from './shared-size.ts'

const image = (diffIds: readonly string[], layerSizes: readonly number[]) =>
  ({ config: { diffIds }, layerSizes }) as unknown as Image

test('layers are shared with images that have all that is below them, too', () => {
  const base = image(['a', 'b'], [1, 20])
  const above = image(['a', 'b', 'c'], [1, 20, 300])
  const other = image(['x', 'b', 'c'], [4000, 20, 300])
  const empty = image([], [])
  const sharedOf = sharedSizes([base, above, other, empty])
  assert.deepEqual([base, above, other, empty].map(sharedOf), [21, 21, 0, 0])
  const same = sharedSizes([above, image(['a', 'b', 'c'], [1, 20, 300])])
  assert.equal(same(above), 321)
})
