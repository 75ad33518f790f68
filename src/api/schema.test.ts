import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as Type from 'typebox'
import * as Value from 'typebox/value'
import { boolean, consoleSize, int64, list, map, object, oneOf, string, stringOrList, uint16 } from './schema.ts'

/** All own properties, hidden ones too, as TypeBox tells schemas apart by hidden ones. */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(Object.getOwnPropertyNames(schema).map(name => [name, bare(Reflect.get(schema, name))]))
}

test('the builders make what TypeBox makes', () => {
  const int = Type.Integer({ format: 'int64', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
  const ours = object('Thing', {
    Text: string(),
    Flag: boolean(),
    Count: int64(),
    Port: uint16(),
    Names: list(string()),
    Labels: map(string()),
    Inner: object('Inner', { Deep: list(map(int64())) }),
    Word: oneOf('a', 'b'),
    Cmd: stringOrList(),
    Size: consoleSize(),
  })
  const theirs = Type.Object(
    {
      Text: Type.Optional(Type.String()),
      Flag: Type.Optional(Type.Boolean()),
      Count: Type.Optional(int),
      Port: Type.Optional(Type.Integer({ format: 'uint16', minimum: 0, maximum: 65_535 })),
      Names: Type.Optional(Type.Array(Type.String())),
      Labels: Type.Optional(Type.Record(Type.String(), Type.String())),
      Inner: Type.Optional(
        Type.Object({ Deep: Type.Optional(Type.Array(Type.Record(Type.String(), int))) }, { title: 'Inner' }),
      ),
      Word: Type.Optional(Type.Enum(['a', 'b'])),
      Cmd: Type.Optional(
        Type.Unsafe<string[]>({
          anyOf: [Type.String(), Type.Array(Type.String())],
          'x-docker-format': 'string-or-list',
        }),
      ),
      Size: Type.Optional(
        Type.Unsafe<[number, number]>({
          type: 'array',
          items: Type.Integer({ format: 'uint64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
          maxItems: 2,
          'x-docker-format': 'fixed-list',
        }),
      ),
    },
    { title: 'Thing' },
  )
  assert.deepEqual(bare(ours), bare(theirs))
})

test("TypeBox's own checker takes our schemas", () => {
  const schema = object('Thing', { Count: uint16(), Labels: map(string()) })
  assert.equal(Value.Check(schema, { Count: 5, Labels: { a: 'b' } }), true)
  assert.equal(Value.Check(schema, {}), true)
  assert.equal(Value.Check(schema, { Count: 65_536 }), false)
  assert.equal(Value.Check(schema, { Labels: { a: 1 } }), false)
})

test('no source of this room loads TypeBox', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const sources = files.filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const loading = sources.filter(file =>
    /^(?:import|export) (?!type)[^;\n]*['"]typebox/m.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  assert.ok(sources.length > 30)
  assert.deepEqual(loading, [])
})
