import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '#oci'
import { blobKey, Holds, Operation, snapshotKey } from './hold.ts'

test('what is held is not removed, however many hold it', async () => {
  const holds = new Holds()
  await holds.hold('x')
  await holds.hold('x')
  holds.release('x')
  assert.equal(await holds.removing('x', async () => 'removed'), undefined)
  holds.release('x')
  assert.equal(await holds.removing('x', async () => 'removed'), 'removed')
})

test('whoever comes while something is being removed waits, and it is removed once', async () => {
  const holds = new Holds()
  const order: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const removal = holds.removing('x', async () => {
    await promise
    order.push('removed')
    return true
  })
  const held = holds.hold('x').then(() => order.push('held'))
  const second = holds.removing('x', async () => order.push('removed again')).then(() => order.push('seen'))
  resolve()
  await Promise.all([removal, held, second])
  assert.deepEqual(order, ['removed', 'held', 'seen'])
  assert.ok(holds.isHeld('x'))
})

test('an operation holds until its end, and waits as often as it asks', async () => {
  const holds = new Holds()
  const digest = digestOf('blob')
  const { promise, resolve } = Promise.withResolvers<void>()
  const removal = holds.removing(blobKey(digest), () => promise)
  {
    using operation = new Operation(holds)
    let isHeld = 0
    const both = [1, 2].map(() => operation.holdBlob(digest).then(() => isHeld++))
    await new Promise(setImmediate)
    assert.equal(isHeld, 0)
    resolve()
    await Promise.all([removal, ...both])
    await operation.holdSnapshot('snapshot')
    assert.deepEqual([operation.blobs, operation.snapshots], [[digest], ['snapshot']])
    assert.ok(holds.isHeld(blobKey(digest)) && holds.isHeld(snapshotKey('snapshot')))
  }
  assert.ok(!holds.isHeld(blobKey(digest)) && !holds.isHeld(snapshotKey('snapshot')))
})
