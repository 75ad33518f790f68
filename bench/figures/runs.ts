import type { Engine } from '../engines/engine.ts'
import { timeCommand } from '../timing.ts'
import type { Figure } from './figure.ts'

const AT_ONCE = 30

function runTrue(engine: Engine, ...options: string[]): Promise<number> {
  return timeCommand(engine.command(['run', '--rm', ...options, 'busybox', 'true']))
}

export const runBridge: Figure = {
  key: 'run-bridge',
  title: 'run --rm busybox true, bridge',
  unit: 'ms',
  rounds: 20,
  warmUp: 2,
  target: { of: 'docker 28.5', share: 1 / 5 },
  prepare: async engine => ({ once: () => runTrue(engine) }),
}

export const runWithoutNetwork: Figure = {
  key: 'run-none',
  title: 'run --rm busybox true, no network',
  unit: 'ms',
  rounds: 20,
  warmUp: 2,
  prepare: engine =>
    engine.name === 'crun' ? undefined : Promise.resolve({ once: () => runTrue(engine, '--network', 'none') }),
}

export const thirtyAtOnce: Figure = {
  key: 'at-once',
  title: `${AT_ONCE} of run --rm busybox true at once`,
  unit: 'ms',
  rounds: 5,
  warmUp: 1,
  target: { of: 'docker 28.5', share: 1 / 5 },
  prepare: async engine => ({
    async once() {
      const began = performance.now()
      await Promise.all(Array.from({ length: AT_ONCE }, () => runTrue(engine)))
      return performance.now() - began
    },
  }),
}
