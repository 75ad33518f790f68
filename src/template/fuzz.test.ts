import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import { compile } from './index.ts'
import { fixtures, golden } from './testdata/fixtures.ts'

const TEMPLATES = 20_000
const TOKEN = /\{\{-?|-?\}\}|"[^"]*"|`[^`]*`|'[^']*'|\.\w+|\$\w*|\w+|\s+|./gsu
const SPLINTERS = [
  '{',
  '}',
  '"',
  '`',
  "'",
  '(',
  ')',
  '-',
  ' ',
  '\\',
  '.',
  '$',
  '%',
  '|',
  '\n',
  'é',
  ',',
  ':',
  '=',
  '\ud800',
]

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function mutator(seed: number): () => { text: string; data: string } {
  const random = randomNumbers(seed)
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)]
    assert.ok(item !== undefined)
    return item
  }
  const cases = golden()
  const tokens = [...new Set(cases.flatMap(([text]) => text.match(TOKEN) ?? []))]
  return () => {
    const [text, data] = pick(cases)
    const parts: string[] = text.match(TOKEN) ?? []
    for (let change = random() * 4; change > 0; change--) {
      const at = Math.floor(random() * (parts.length + 1))
      const kind = random()
      if (kind < 0.25) parts.splice(at, 1)
      else if (kind < 0.5) parts.splice(at, 0, pick(tokens))
      else if (kind < 0.75) parts.splice(at, 1, pick(tokens))
      else if (kind < 0.9) parts.splice(at, 0, ...parts.slice(Math.max(0, at - 4), at))
      else parts.splice(at, 0, pick(SPLINTERS))
    }
    return { text: parts.join(''), data: random() < 0.7 ? data : pick(cases)[1] }
  }
}

test('whatever a template says, it gives a text or an InvalidArgument, and soon', () => {
  const all = fixtures()
  const mutated = mutator(26)
  let compiled = 0
  let finished = 0
  for (let count = 0; count < TEMPLATES; count++) {
    const { text, data } = mutated()
    try {
      const template = compile(text)
      compiled++
      template.execute(all.get(data))
      finished++
    } catch (error) {
      assert.ok(error instanceof InvalidArgument, `${JSON.stringify(text)} on ${data}: ${error}`)
    }
  }
  assert.ok(compiled > TEMPLATES / 4 && finished > TEMPLATES / 8, `${compiled} compiled, ${finished} finished`)
})
