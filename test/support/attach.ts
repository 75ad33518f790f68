/** Attached clients, with their streams taken apart. */
import { connect, type Socket } from 'node:net'
import type { TestEngine } from './engine.ts'

/** One attached client over a hijacked connection. */
export class Attached implements Disposable {
  readonly socket: Socket
  /** Everything after the head, as it came. */
  readonly ended: Promise<Buffer>
  readonly opened: Promise<void>

  constructor(engine: TestEngine, id: string, query: string, options: { readonly reads?: boolean } = {}) {
    this.socket = connect({ path: engine.socket, allowHalfOpen: true })
    this.socket.write(
      `POST /containers/${id}/attach?${query} HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
    )
    const { promise, resolve } = Promise.withResolvers<void>()
    this.opened = promise
    this.ended = this.#read(resolve, options.reads ?? true)
    this.ended.catch(() => {}) // Whoever asks for the end hears of it.
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  #read(opened: () => void, reads: boolean): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    const chunks: Buffer[] = []
    let head = ''
    this.socket.on('data', (chunk: Buffer) => {
      if (head.includes('\r\n\r\n')) return void chunks.push(chunk)
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 101 ')) reject(new Error(head))
      chunks.push(Buffer.from(head.slice(end + 4), 'latin1'))
      opened()
      if (!reads) this.socket.pause()
    })
    this.socket.once('end', () => resolve(Buffer.concat(chunks)))
    this.socket.once('error', reject)
    this.socket.once('close', () => resolve(Buffer.concat(chunks)))
    return promise
  }
}
