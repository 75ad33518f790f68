import type { WireExit, WireStarted } from './monitor/protocol.ts'
import type { StartedTask, TaskExit } from './task.ts'

export function startedOf(wire: WireStarted): StartedTask {
  return { pid: wire.pid, startTime: wire.startTime, startedAt: BigInt(wire.startedAt) }
}

export function exitOf(wire: WireExit): TaskExit {
  return { ...wire, exitedAt: BigInt(wire.exitedAt) }
}
