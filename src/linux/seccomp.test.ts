import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compileSeccomp, type SeccompPolicy } from './seccomp.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-seccomp-'))
after(() => rmSync(folder, { recursive: true }))

const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const ENOSYS = 0x00050026
const X86_64 = 0xc000003e
const I386 = 0x40000003

/** Runs a classic BPF program over struct seccomp_data, as the kernel does. */
function run(program: Buffer, arch: number, number: number, args: readonly number[] = []): number {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number, 0)
  data.writeUInt32LE(arch, 4)
  args.forEach((value, at) => {
    data.writeBigUInt64LE(BigInt(value), 16 + at * 8)
  })
  let accumulator = 0
  for (let pc = 0; pc * 8 < program.length; pc++) {
    const code = program.readUInt16LE(pc * 8)
    const ifTrue = program.readUInt8(pc * 8 + 2)
    const ifFalse = program.readUInt8(pc * 8 + 3)
    const k = program.readUInt32LE(pc * 8 + 4)
    switch (code) {
      case 0x20:
        accumulator = data.readUInt32LE(k)
        break
      case 0x54:
        accumulator = (accumulator & k) >>> 0
        break
      case 0x05:
        pc += k
        break
      case 0x15:
        pc += accumulator === k ? ifTrue : ifFalse
        break
      case 0x25:
        pc += accumulator > k ? ifTrue : ifFalse
        break
      case 0x35:
        pc += accumulator >= k ? ifTrue : ifFalse
        break
      case 0x45:
        pc += (accumulator & k) !== 0 ? ifTrue : ifFalse
        break
      case 0x06:
        return k
      default:
        assert.fail(`BPF instruction ${code.toString(16)}`)
    }
  }
  return assert.fail('the program ran off its end')
}

const policy: SeccompPolicy = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: 1,
  architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  syscalls: [
    { names: ['read', 'openat', 'no_such_call'], action: 'SCMP_ACT_ALLOW' },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0xffffffff, op: 'SCMP_CMP_EQ' }] },
  ],
}

const hasLibrary = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/usr/lib64'].some(path =>
  existsSync(join(path, 'libseccomp.so.2')),
)
const skip = hasLibrary && process.arch === 'x64' ? false : 'needs libseccomp on x86-64'

test('a compiled policy decides as it is written', { skip }, () => {
  const program = compileSeccomp(policy, join(folder, 'scratch'))
  assert.ok(program !== undefined)
  assert.ok(program.length / 8 < 4096)
  assert.equal(run(program, X86_64, 0), ALLOW)
  assert.equal(run(program, X86_64, 257), ALLOW)
  assert.equal(run(program, X86_64, 1), EPERM)
  assert.equal(run(program, I386, 3), ALLOW)
  assert.equal(run(program, I386, 4), EPERM)
  assert.equal(run(program, X86_64, 435), ENOSYS)
  assert.equal(run(program, X86_64, 56, [0x01200011]), ALLOW)
  for (const flag of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]) {
    assert.equal(run(program, X86_64, 56, [flag | 17]), EPERM)
  }
  assert.equal(run(program, X86_64, 135, [0xffffffff]), ALLOW)
  assert.equal(run(program, X86_64, 135, [0x40000]), EPERM)
})

test('syscalls newer than the library are "not there", not forbidden', { skip }, () => {
  const program = compileSeccomp(policy, join(folder, 'scratch'))
  assert.ok(program !== undefined)
  assert.equal(run(program, X86_64, 690), ENOSYS)
  assert.equal(run(program, I386, 690), ENOSYS)
  // x32 numbers are decided by the policy.
  assert.equal(run(program, X86_64, 0x40000000), ALLOW)
  assert.equal(run(program, X86_64, 0x40000001), EPERM)
})

test('a program of an architecture that is not listed is killed', { skip }, () => {
  const program = compileSeccomp(policy, join(folder, 'scratch'))
  assert.ok(program !== undefined)
  assert.equal(run(program, 0xc00000b7, 63), 0)
})

test('words that are not known give no program rather than a looser one', () => {
  const path = join(folder, 'scratch')
  assert.equal(compileSeccomp({ defaultAction: 'SCMP_ACT_NOTIFY' }, path), undefined)
  assert.equal(compileSeccomp({ ...policy, architectures: ['SCMP_ARCH_S390'] }, path), undefined)
  const odd = { names: ['read'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 1, op: 'SCMP_CMP_ODD' }] }
  assert.equal(compileSeccomp({ ...policy, syscalls: [odd] }, path), undefined)
})
