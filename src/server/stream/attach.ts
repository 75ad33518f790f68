import type { Duplex } from 'node:stream'
import type { ContainerAttachQuery, StreamMediaType } from '#api'
import type { ContainerRecord } from '#engine'
import type { ContainerBackend } from '../backends.ts'
import type { ApiCall } from '../http/call.ts'
import { DetachKeys, parseDetachKeys } from './detach-keys.ts'
import { wireEntries } from './logs.ts'

/**
 * Connects a client to a container's streams, after what the log holds if it asked for that. The connection belongs
 * to the client until the container's output ends, or the client detaches or goes.
 */
export async function attach(
  containers: ContainerBackend,
  call: ApiCall,
  record: ContainerRecord,
  query: ContainerAttachQuery,
  mediaType: StreamMediaType,
): Promise<void> {
  const keys = parseDetachKeys(query.detachKeys ?? '')
  const { stdin = false, stdout = false, stderr = false, logs = false, stream = false } = query
  const attachment = stream ? await containers.attach(record.id, { stdin, stdout, stderr }) : undefined
  const { socket } = call.hijack(mediaType)
  socket.once('close', () => attachment?.destroy())
  if (socket.destroyed || call.signal.aborted) {
    // The client went while we joined: its close was told before anyone here listened.
    socket.destroy()
    attachment?.destroy()
    return
  }
  try {
    if (logs) await replay(containers, record, socket, { stdout, stderr }, call.signal)
  } catch {
    socket.destroy() // Its head is sent: all that is left to say is that it broke.
  }
  if (attachment === undefined) {
    socket.end()
    return
  }
  attachment.output.pipe(socket)
  attachment.output.once('error', () => socket.destroy())
  if (!stdin) {
    socket.resume()
    return
  }
  if (record.spec.process.tty) {
    const detach = new DetachKeys(keys)
    detach.once('detached', () => {
      attachment.destroy()
      socket.end()
    })
    socket.pipe(detach).pipe(attachment.input)
  } else socket.pipe(attachment.input)
}

/** Writes what the log holds, framed unless the container has a terminal. */
async function replay(
  containers: ContainerBackend,
  record: ContainerRecord,
  socket: Duplex,
  wanted: { readonly stdout: boolean; readonly stderr: boolean },
  signal: AbortSignal,
): Promise<void> {
  const options = { ...wanted, since: undefined, until: undefined, tail: undefined, follow: false, signal }
  for await (const entries of containers.logs(record.id, options)) {
    socket.write(wireEntries(entries, { framed: !record.spec.process.tty }))
    if (socket.destroyed) return
    if (socket.writableNeedDrain) await drained(socket)
  }
}

/** Resolves when a client takes more, and when it goes. */
function drained(socket: Duplex): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
