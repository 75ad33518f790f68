import { connect } from 'node:net'
import { SystemError } from '#lib/errors'
import { http } from '#lib/node-http'
import type { EngineDeps } from '../deps.ts'
import type { HealthTarget } from './settings.ts'

/** What is kept of the answer to an HTTP probe; the rest is not read. */
const ANSWER_MAX = 4096
const LOOPBACK = '127.0.0.1'

/**
 * Asks a container over its network, so that its image needs no tool for it: TCP is well when it takes the connection,
 * HTTP with a status from 200 to 399. @throws SystemError where it cannot be reached
 */
export async function reach(
  deps: EngineDeps,
  id: string,
  target: Exclude<HealthTarget, { kind: 'exec' }>,
  signal: AbortSignal,
): Promise<{ readonly code: number; readonly output: string }> {
  const host = addressOf(deps, id)
  if (target.kind === 'http') return await ask(host, target, signal)
  await openConnection(host, target.port, signal)
  return { code: 0, output: `${host}:${target.port} takes connections` }
}

function addressOf({ networks }: EngineDeps, id: string): string {
  const sandbox = networks.sandbox(id)
  if (sandbox?.kind === 'host') return LOOPBACK
  if (sandbox?.endpoint !== undefined) return sandbox.endpoint.address
  throw new SystemError('the container has no network to ask it over', { fix: 'use --health-cmd' })
}

function openConnection(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
}

function ask(
  host: string,
  { port, path }: { readonly port: number; readonly path: string },
  signal: AbortSignal,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const call = http.request({ host, port, path, signal, agent: false, headers: { 'User-Agent': 'gantry-health' } })
    call.once('error', reject)
    call.once('response', answer => {
      const status = answer.statusCode ?? 0
      const chunks: Buffer[] = []
      let size = 0
      const settle = () => {
        const text = Buffer.concat(chunks).subarray(0, ANSWER_MAX).toString('utf8')
        resolve({ code: status >= 200 && status < 400 ? 0 : 1, output: `HTTP ${status}\n${text}` })
        call.destroy()
      }
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size >= ANSWER_MAX) settle()
      })
      answer.once('end', settle)
      answer.once('error', reject)
    })
    call.end()
  })
}
