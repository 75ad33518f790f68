/** `npm run check`: types, lint, structure, unit tests. What one runs while working. */
import { availableParallelism } from 'node:os'
import { step, testArgs, tool, unitTests } from './steps.ts'

const results = [
  step('types', tool('tsc'), []),
  step('lint', tool('biome'), ['check', '.']),
  step('unit tests', process.execPath, testArgs(unitTests(), availableParallelism())),
]
process.exitCode = results.every(Boolean) ? 0 : 1
