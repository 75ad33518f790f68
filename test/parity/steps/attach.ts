import { connect, type Socket } from 'node:net'
import type { AttachStep, Json } from '../case.ts'
import { filled, type RunContext, type Running } from './context.ts'
import { type Hijack, type HttpAnswer, upgradeHttp } from './http.ts'
import { show } from './views.ts'

const HEAD_END = '\r\n\r\n'

/** Takes the connection over, sends the input, and reads to the end. */
export function attachTo(step: AttachStep, context: RunContext): Running {
  const path = `/v${context.apiVersion}/containers/${filled(step.container, context)}/attach?${step.query}`
  const request = { socket: context.peer.socket, method: 'POST', path }
  const taken = step.plain === true ? takeOverPlainly(request) : upgradeHttp(request)
  const ended = taken.then(answer => ('socket' in answer ? converse(step, answer, context) : refused(answer)))
  return { begun: taken.then(() => {}), result: ended }
}

async function refused(answer: HttpAnswer): Promise<Json> {
  return { status: answer.status, body: show(await answer.body, { view: 'json' }) }
}

async function converse(
  step: AttachStep,
  { status, headers, socket, head }: Hijack,
  context: RunContext,
): Promise<Json> {
  const chunks = [head]
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>(resolve => {
    socket.once('end', resolve)
    socket.once('error', () => resolve())
  })
  if (step.input !== undefined) socket.write(filled(step.input, context))
  if (step.closesInput === true) socket.end()
  await ended
  socket.destroy()
  const output = show(Buffer.concat(chunks), { view: step.view ?? 'frames' })
  return { status, type: headers['content-type'] ?? '(none)', output }
}

/** The way of API 1.19 and earlier: no upgrade is asked for, and what follows the head of the answer is raw. */
function takeOverPlainly({ socket: socketPath, path }: { socket: string; path: string }): Promise<Hijack> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ path: socketPath, allowHalfOpen: true })
    let received = Buffer.alloc(0)
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf(HEAD_END)
      if (end < 0) return
      socket.off('data', onData)
      const [first = '', ...fields] = received.toString('latin1', 0, end).split('\r\n')
      const headers = Object.fromEntries(fields.map(field => field.toLowerCase().split(': ', 2)))
      const head = received.subarray(end + HEAD_END.length)
      resolve({ status: Number(first.split(' ')[1]), headers, socket, head })
    }
    socket.on('data', onData)
    socket.once('error', reject)
    socket.write(`POST ${path} HTTP/1.1\r\nHost: docker\r\nContent-Type: text/plain${HEAD_END}`)
  })
}
