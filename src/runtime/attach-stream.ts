import { SystemError } from '#lib/errors'
import { encodeLine, JsonLineReader, type MonitorAnswer, type MonitorRequest } from './monitor/protocol.ts'
import { connectSocket, errorOf } from './monitor-connection.ts'
import type { AttachStream } from './task.ts'

/** Opens a connection of its own to the monitor for the streams of a task. @throws what the monitor answers */
export async function openAttachStream(
  socketPath: string,
  request: MonitorRequest & { readonly op: 'attach' },
): Promise<AttachStream> {
  const socket = await connectSocket(socketPath)
  socket.write(encodeLine({ ...request, seq: 0 }))
  const reader = new JsonLineReader()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onData = (chunk: Buffer) => {
    reader.push(chunk)
    const answer = reader.next() as MonitorAnswer | undefined
    if (answer === undefined) return
    socket.off('data', onData)
    socket.pause()
    const rest = reader.takeRest()
    if (rest.length > 0) socket.unshift(rest)
    if ('ok' in answer) resolve()
    else reject(errorOf(answer.error))
  }
  const onClose = () => reject(new SystemError('the monitor closed the connection'))
  socket.on('data', onData)
  socket.once('close', onClose)
  try {
    await promise
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    socket.off('close', onClose)
  }
  return { output: socket, input: socket, destroy: () => void socket.destroy() }
}
