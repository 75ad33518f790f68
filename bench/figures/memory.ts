import type { Engine } from '../engines/engine.ts'
import { residentBytes } from '../engines/processes.ts'
import { timeCommand } from '../timing.ts'
import type { Figure, Measured } from './figure.ts'

const CONTAINERS = 30
const MB = 1e6

export const memory: Figure = {
  key: 'memory',
  title: `resident memory of the engine, ${CONTAINERS} idle containers`,
  unit: 'MB',
  rounds: 1,
  warmUp: 0,
  target: { limit: 150 },
  prepare: engine =>
    withIdle(engine, async start => {
      await start()
      return residentBytes(engine.processes()) / MB
    }),
}

export const memoryPerContainer: Figure = {
  key: 'memory-each',
  title: `more resident memory per idle container, from 1 to ${CONTAINERS}`,
  unit: 'MB',
  rounds: 1,
  warmUp: 0,
  target: { limit: 0.5 },
  prepare: engine =>
    withIdle(engine, async start => {
      await timeCommand(engine.command(['run', '-d', '--name', 'bench-idle-0', 'busybox', 'sleep', '1000']))
      const before = residentBytes(engine.processes())
      await start(1)
      return (residentBytes(engine.processes()) - before) / (CONTAINERS - 1) / MB
    }),
}

function withIdle(
  engine: Engine,
  body: (start: (from?: number) => Promise<void>) => Promise<number>,
): Promise<Measured> | undefined {
  if (engine.name === 'crun') return undefined
  const start = async (from = 0) => {
    for (let i = from; i < CONTAINERS; i++)
      await timeCommand(engine.command(['run', '-d', '--name', `bench-idle-${i}`, 'busybox', 'sleep', '1000']))
  }
  return Promise.resolve({
    once: () => body(start),
    async end() {
      const names = Array.from({ length: CONTAINERS }, (_, i) => `bench-idle-${i}`)
      await timeCommand(engine.command(['rm', '-f', ...names]))
    },
  })
}
