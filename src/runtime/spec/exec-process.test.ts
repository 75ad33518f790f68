import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import { RootFolder } from '#linux'
import type { SpecProcess } from '#oci'
import { type ExecSettings, execProcess } from './exec-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-exec-'))
mkdirSync(join(folder, 'etc'))
mkdirSync(join(folder, 'proc/self/fd'), { recursive: true })
writeFileSync(join(folder, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1001::/home:/bin/sh\n')
writeFileSync(join(folder, 'etc/group'), 'user:x:1001:\nmore:x:1002:user\n')
symlinkSync('/proc/self/fd', join(folder, 'out'))
const root = new RootFolder(folder)
after(() => {
  root[Symbol.dispose]()
  rmSync(folder, { recursive: true })
})

const BASE: SpecProcess = {
  terminal: true,
  consoleSize: { height: 1, width: 2 },
  user: { uid: 7, gid: 8, additionalGids: [8, 9] },
  args: ['first'],
  env: ['A=1'],
  cwd: '/first',
  capabilities: { bounding: ['CAP_CHOWN'], permitted: [], effective: [], inheritable: [], ambient: [] },
  rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2 }],
  noNewPrivileges: true,
  oomScoreAdj: 100,
}
const SETTINGS: ExecSettings = {
  ...{ args: ['id', '-u'], env: ['A=2', 'A=3'], workingDir: '/', user: '', terminal: undefined },
  ...{ hostname: 'box', groups: [], privileged: false },
}

function made(settings: Partial<ExecSettings>): SpecProcess {
  return execProcess(BASE, { ...SETTINGS, ...settings }, { root, everyCapability: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] })
}

test('what an exec does not say is as the container was started', () => {
  const { user, rlimits, noNewPrivileges, oomScoreAdj, terminal, consoleSize, args, env, cwd } = made({})
  assert.deepEqual(
    { user, rlimits, noNewPrivileges, oomScoreAdj },
    {
      ...{ user: BASE.user, rlimits: BASE.rlimits, noNewPrivileges: true, oomScoreAdj: 100 },
    },
  )
  assert.deepEqual([terminal, consoleSize, args, cwd], [false, undefined, ['id', '-u'], '/'])
  assert.deepEqual(env?.toSorted().slice(0, 3), ['A=3', 'HOME=/', 'HOSTNAME=box'])
})

test('a user comes with its groups and its home; root alone holds capabilities', () => {
  const user = made({ user: 'user' })
  assert.deepEqual(user.user, { uid: 1000, gid: 1001, additionalGids: [1001, 1002] })
  assert.ok(user.env?.includes('HOME=/home'))
  assert.deepEqual([user.capabilities?.bounding, user.capabilities?.effective], [['CAP_CHOWN'], []])
  assert.deepEqual(made({ user: 'root' }).capabilities?.effective, ['CAP_CHOWN'])
})

test('privileged is every capability, and no right to gain others', () => {
  const { capabilities, noNewPrivileges } = made({ user: 'root', privileged: true })
  assert.deepEqual(capabilities?.effective, ['CAP_CHOWN', 'CAP_SYS_ADMIN'])
  assert.deepEqual([capabilities?.inheritable, capabilities?.ambient, noNewPrivileges], [[], [], true])
})

test('a terminal has a size and a name', () => {
  const { terminal, consoleSize, env } = made({ terminal: { rows: 3, columns: 4 } })
  assert.deepEqual([terminal, consoleSize], [true, { height: 3, width: 4 }])
  assert.ok(env?.includes('TERM=xterm'))
})

test('a link to descriptors is no working folder', () => {
  assert.throws(() => made({ workingDir: '/out' }), InvalidArgument)
  assert.equal(made({ workingDir: '/in/a/mount' }).cwd, '/in/a/mount')
})
