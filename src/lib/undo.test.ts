import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UndoStack } from './undo.ts'

test('a failure releases what was acquired, last first', async () => {
  const released: string[] = []
  await assert.rejects(async () => {
    await using undo = new UndoStack()
    await undo.own('first', name => void released.push(name))
    await undo.own(Promise.resolve('second'), name => void released.push(name))
    throw new Error('third failed')
  }, /third failed/)
  assert.deepEqual(released, ['second', 'first'])
})

test('kept work is not undone', async () => {
  const released: string[] = []
  {
    await using undo = new UndoStack()
    undo.defer(() => void released.push('x'))
    undo.keep()
  }
  assert.deepEqual(released, [])
})

test('one failing release does not stop the others', async () => {
  const released: string[] = []
  await assert.rejects(
    async () => {
      await using undo = new UndoStack()
      undo.defer(() => void released.push('outer'))
      undo.defer(() => {
        throw new Error('stuck')
      })
    },
    { message: 'stuck' },
  )
  assert.deepEqual(released, ['outer'])
})
