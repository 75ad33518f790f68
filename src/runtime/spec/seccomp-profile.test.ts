import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSeccompProfile, seccompProfile } from './seccomp-profile.ts'

const FACTS = { machine: 'x86_64', kernelVersion: [6, 1], capabilities: ['CAP_CHOWN'] } as const

function names(rule: object): readonly string[] {
  const syscalls = [{ names: ['x'], action: 'SCMP_ACT_ALLOW', ...rule }]
  const profile = seccompProfile(JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', syscalls }), FACTS)
  return (profile.syscalls ?? []).flatMap(each => each.names)
}

test('conditions hold or do not', () => {
  assert.deepEqual(names({}), ['x'])
  for (const [condition, holds] of [
    [{ caps: ['CAP_CHOWN'] }, true],
    [{ caps: ['CAP_CHOWN', 'CAP_KILL'] }, false],
    [{ arches: ['arm', 'amd64'] }, true],
    [{ arches: ['arm64'] }, false],
    [{ minKernel: '6.1' }, true],
    [{ minKernel: '5.20' }, true],
    [{ minKernel: '6.2' }, false],
    [{ minKernel: '7.0' }, false],
  ] as const) {
    assert.deepEqual(names({ includes: condition }).length, holds ? 1 : 0, `includes ${JSON.stringify(condition)}`)
  }
  assert.deepEqual(names({ excludes: { caps: ['CAP_KILL', 'CAP_CHOWN'] } }), [])
  assert.deepEqual(names({ excludes: { arches: ['amd64'] } }), [])
  assert.deepEqual(names({ excludes: { minKernel: '4.8' } }), [])
  assert.deepEqual(names({ excludes: { caps: ['CAP_KILL'], arches: ['arm'], minKernel: '9.0' } }), ['x'])
})

test('architectures come from the map entry of this machine, or as they are', () => {
  const archMap = [
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
  ]
  const read = (profile: object) =>
    seccompProfile(JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', ...profile }), FACTS).architectures
  assert.deepEqual(read({ archMap }), ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'])
  assert.deepEqual(read({ architectures: ['SCMP_ARCH_X32'] }), ['SCMP_ARCH_X32'])
  assert.equal(read({}), undefined)
  assert.throws(() => read({ archMap, architectures: ['SCMP_ARCH_X86'] }), /both 'architectures' and 'archMap'/)
})

test('arguments, errors and single names are kept', () => {
  const rule = {
    name: 'personality',
    action: 'SCMP_ACT_ERRNO',
    errnoRet: 38,
    args: [{ index: 1, value: 4294967295, op: 'SCMP_CMP_EQ' }],
  }
  const text = JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 1, syscalls: [rule] })
  assert.deepEqual(seccompProfile(text, FACTS), {
    defaultAction: 'SCMP_ACT_ALLOW',
    defaultErrnoRet: 1,
    syscalls: [
      {
        names: ['personality'],
        action: 'SCMP_ACT_ERRNO',
        errnoRet: 38,
        args: [{ index: 1, value: 4294967295, valueTwo: 0, op: 'SCMP_CMP_EQ' }],
      },
    ],
  })
})

test('what is no profile is refused with the place', () => {
  for (const [text, words] of [
    ['{', /not JSON/],
    ['{}', /defaultAction: "" is none of/],
    ['{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["x"],"action":"no"}]}', /syscalls\[0\]\.action/],
    ['{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":7}]}', /syscalls\[0\]\.names: not a list/],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","names":["b"],"action":"SCMP_ACT_LOG"}]}',
      /both 'name' and 'names'/,
    ],
    [
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"no","includes":{"caps":["CAP_X"]}}]}',
      /syscalls\[0\]\.action/,
    ],
  ] as const) {
    assert.throws(() => checkSeccompProfile(text), words, text)
  }
})
