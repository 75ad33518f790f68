import { spawn } from 'node:child_process'
import type { Command } from './engines/engine.ts'

/**
 * Milliseconds from starting a command until it ended well and its output was read.
 * @throws Error with its words when it ends badly, or does not write `bytes` to its output
 */
export async function timeCommand(command: Command, bytes?: number): Promise<number> {
  const began = performance.now()
  const child = spawn(command.file, command.args, { env: { ...command.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let read = 0
  let words = ''
  child.stdout.on('data', (chunk: Buffer) => {
    read += chunk.length
  })
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2000)
  })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const ms = performance.now() - began
  if (code !== 0) throw new Error(`${command.file} ${command.args.join(' ')} ended with code ${code}: ${words}`)
  if (bytes !== undefined && read !== bytes) throw new Error(`${command.file} wrote ${read} bytes, not ${bytes}`)
  return ms
}

/** @param values not empty */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}
