import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..')

/** Runs a program to its end with its output on ours; false if it failed. */
export function step(title: string, file: string, args: readonly string[]): boolean {
  const began = performance.now()
  process.stdout.write(`== ${title}\n`)
  const { status } = spawnSync(file, args, { cwd: ROOT, stdio: 'inherit' })
  process.stdout.write(
    `== ${title}: ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - began) / 1000).toFixed(1)} s)\n`,
  )
  return status === 0
}

export function tool(name: string): string {
  return join(ROOT, 'node_modules/.bin', name)
}

/** Unit tests stand beside their sources. */
export function unitTests(): string[] {
  return ['test/structure.test.ts', ...globSync('src/**/*.test.ts', { cwd: ROOT })].sort()
}

/** Tests of one room with real peers, programs and faults. */
export function roomTests(): string[] {
  return globSync('test/{tar,registry,image}/**/*.test.ts', { cwd: ROOT }).sort()
}

/** Tests of the whole, with a daemon of their own. */
export function systemTests(): string[] {
  return globSync('test/{system,cli,parity}/**/*.test.ts', { cwd: ROOT }).sort()
}

/** Tests of the whole in a virtual machine, on a kernel that is set up otherwise than the host's. */
export function machineTests(): string[] {
  return globSync('test/vm/**/*.test.ts', { cwd: ROOT }).sort()
}

/** Node's test runner. Whole-system tests run one after the other: they measure and they share the host. */
export function testArgs(files: readonly string[], concurrency: number): string[] {
  const reporter = process.stdout.isTTY || files.length < 5 ? 'spec' : 'dot'
  return [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${concurrency}`,
    `--test-reporter=${reporter}`,
    '--test-reporter-destination=stdout',
    ...files,
  ]
}
