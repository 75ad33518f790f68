import { createToExit } from './create-to-exit.ts'
import type { Figure } from './figure.ts'
import { memory, memoryPerContainer } from './memory.ts'
import { attachedOutput, logs } from './output.ts'
import { pingWhilePulling, pull } from './pull.ts'
import { runBridge, runWithoutNetwork, thirtyAtOnce } from './runs.ts'
import { changedTop, firstRun, load, push, save } from './transfer.ts'

export const FIGURES: readonly Figure[] = [
  runBridge,
  runWithoutNetwork,
  createToExit,
  thirtyAtOnce,
  memory,
  memoryPerContainer,
  attachedOutput,
  logs,
  pull,
  pingWhilePulling,
  firstRun,
  changedTop,
  save,
  load,
  push,
]
