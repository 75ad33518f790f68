/** `npm test`: everything that `check` does, then whole-system tests with real clients and, where there are any, peers. */
import { availableParallelism } from 'node:os'
import { roomTests, step, systemTests, testArgs, tool, unitTests } from './steps.ts'

const results = [
  step('types', tool('tsc'), []),
  step('lint', tool('biome'), ['check', '.']),
  step('unit tests', process.execPath, testArgs(unitTests(), availableParallelism())),
  step('room tests', process.execPath, testArgs(roomTests(), availableParallelism())),
  step('system tests', process.execPath, testArgs(systemTests(), 1)),
]
process.exitCode = results.every(Boolean) ? 0 : 1
