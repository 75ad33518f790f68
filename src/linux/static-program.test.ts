import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isStaticProgram } from './static-program.ts'

const LOAD = 1
const LOADER = 3

/** The head of an ELF program with one program header of this type. */
function elf(type: number): Buffer {
  const program = Buffer.alloc(64 + 56)
  program.write('\x7fELF\x02\x01', 'latin1')
  program.writeBigUInt64LE(64n, 32)
  program.writeUInt16LE(56, 54)
  program.writeUInt16LE(1, 56)
  program.writeUInt32LE(type, 64)
  return program
}

test('a program that names a loader is not static, nor is what is no program', t => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-static-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content, isStatic] of [
    ['static', elf(LOAD), true],
    ['dynamic', elf(LOADER), false],
    ['cut', elf(LOAD).subarray(0, 100), false],
    ['script', Buffer.from(`#!/bin/sh\n${'#'.repeat(200)}`), false],
    ['empty', Buffer.alloc(0), false],
  ] as const) {
    const path = join(folder, name)
    writeFileSync(path, content)
    assert.equal(isStaticProgram(path), isStatic, name)
  }
  if (existsSync('/bin/busybox')) assert.equal(isStaticProgram('/bin/busybox'), true)
  assert.equal(isStaticProgram(process.execPath), false)
})
