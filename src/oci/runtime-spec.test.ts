import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeRuntimeSpec, RUNTIME_SPEC_VERSION, type RuntimeSpec, UNLIMITED } from './runtime-spec.ts'

test('numbers beyond a double are written exactly', () => {
  const spec: RuntimeSpec = {
    ociVersion: RUNTIME_SPEC_VERSION,
    process: {
      user: { uid: 0, gid: 0 },
      cwd: '/',
      rlimits: [{ type: 'RLIMIT_CORE', soft: 9_007_199_254_740_993n, hard: UNLIMITED }],
    },
    linux: {
      seccomp: {
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [
          {
            names: ['personality'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: 0, value: 0xffff_ffffn, op: 'SCMP_CMP_EQ' }],
          },
        ],
      },
    },
  }
  const text = encodeRuntimeSpec(spec)
  assert.match(text, /"soft":9007199254740993,"hard":18446744073709551615}/)
  assert.match(text, /"value":4294967295,/)
  assert.equal(JSON.parse(text).ociVersion, '1.2.0')
})
