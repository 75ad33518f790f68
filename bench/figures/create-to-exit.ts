import { Agent, request } from 'node:http'
import type { Figure } from './figure.ts'

/** Three calls on one kept connection, without any client program: what the engine itself takes. */
export const createToExit: Figure = {
  key: 'create-to-exit',
  title: 'create, start, wait in the engine',
  unit: 'ms',
  rounds: 20,
  warmUp: 3,
  target: { limit: 20 },
  prepare(engine) {
    const { socket } = engine
    if (socket === undefined) return undefined
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const call = (method: string, path: string, body?: object) => callOn(agent, socket, method, path, body)
    return Promise.resolve({
      async once() {
        const began = performance.now()
        const { Id } = await call('POST', '/containers/create', { Image: 'busybox', Cmd: ['true'] })
        await call('POST', `/containers/${Id}/start`)
        const { StatusCode } = await call('POST', `/containers/${Id}/wait`)
        const ms = performance.now() - began
        if (StatusCode !== 0) throw new Error(`the container ended with ${StatusCode}`)
        await call('DELETE', `/containers/${Id}`)
        return ms
      },
      end: async () => agent.destroy(),
    })
  },
}

function callOn(agent: Agent, socketPath: string, method: string, path: string, body?: object) {
  return new Promise<{ readonly Id?: string; readonly StatusCode?: number }>((resolve, reject) => {
    const payload = body === undefined ? '' : JSON.stringify(body)
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }
    const outgoing = request({ socketPath, agent, method, path, headers }, answer => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.once('error', reject)
      answer.once('end', () => {
        if ((answer.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path}: ${text}`))
        else resolve(text === '' ? {} : JSON.parse(text))
      })
    })
    outgoing.once('error', reject)
    outgoing.end(payload)
  })
}
