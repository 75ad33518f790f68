import type { Engine } from '../engines/engine.ts'
import { timeCommand } from '../timing.ts'
import type { Figure } from './figure.ts'

const BYTES = 100_000_000
const LINE = '0123456789'.repeat(10).slice(1)
/** Lines of 100 bytes. */
const WRITE = ['sh', '-c', `yes ${LINE} | head -c ${BYTES}`]

export const attachedOutput: Figure = {
  key: 'attached',
  title: '100 MB through an attached run',
  unit: 'ms',
  rounds: 5,
  warmUp: 1,
  target: { of: 'podman', share: 1 },
  prepare: engine =>
    engine.name === 'crun'
      ? undefined
      : Promise.resolve({ once: () => timeCommand(engine.command(['run', '--rm', 'busybox', ...WRITE]), BYTES) }),
}

const NAME = 'bench-logs'

export const logs: Figure = {
  key: 'logs',
  title: 'logs of 100 MB',
  unit: 'ms',
  rounds: 5,
  warmUp: 1,
  prepare: engine => (engine.name === 'crun' ? undefined : prepareLogs(engine)),
}

async function prepareLogs(engine: Engine) {
  // Docker's default log is unlimited, ours is not.
  const unlimited = engine.name === 'gantry' ? ['--log-opt', 'max-size=-1'] : []
  await timeCommand(engine.command(['run', '-d', '--name', NAME, ...unlimited, 'busybox', ...WRITE]))
  await timeCommand(engine.command(['wait', NAME]))
  return {
    once: () => timeCommand(engine.command(['logs', NAME]), BYTES),
    async end() {
      await timeCommand(engine.command(['rm', NAME]))
    },
  }
}
