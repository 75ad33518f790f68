import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conflict, errorText, firstFailure } from './errors.ts'
import { UndoStack } from './undo.ts'

test('a failure is told, not the one that undoing it met', async () => {
  const failing = async () => {
    await using undo = new UndoStack()
    undo.defer(() => {
      throw new Error('the undo')
    })
    throw new Conflict('the work', { fix: 'try again' })
  }
  const error = await failing().catch((thrown: unknown) => thrown)
  assert.ok(firstFailure(error) instanceof Conflict)
  assert.match(errorText(error), /^the work.*try again/)
})
