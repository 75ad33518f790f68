import assert from 'node:assert/strict'
import { test } from 'node:test'
import { displayWidth, formatTable } from './index.ts'
import { tables } from './testdata/fixtures.ts'

test('tables are aligned as Docker aligns them', () => {
  assert.ok(tables().length > 90)
  for (const [text, aligned] of tables()) assert.equal(formatTable(text), aligned, JSON.stringify(text))
})

test('a long table costs what its size says', () => {
  const row = `${'cell\t'.repeat(20)}end\n`
  assert.equal(formatTable(row.repeat(5000)), `${'cell      '.repeat(20)}end\n`.repeat(5000))
})

test('what a terminal shows wide counts twice, what it does not show not at all', () => {
  const widths: [string, number][] = [
    ['plain', 5],
    ['日本', 4],
    ['e\u0301', 1],
    ['👨‍👩‍👧', 2],
    ['🇩🇪', 1],
    ['ﾊﾝ', 2],
    ['a\u200bb', 2],
    ['…', 1],
    ['नमस्ते', 4],
  ]
  for (const [text, width] of widths) assert.equal(displayWidth(text), width, text)
})
