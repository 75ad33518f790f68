/** `npm run test:vm`: Gantry in a virtual machine whose kernel has control groups v2 alone. Minutes without KVM. */
import { machineTests, step, testArgs } from './steps.ts'

process.exitCode = step('machine tests', process.execPath, testArgs(machineTests(), 1)) ? 0 : 1
