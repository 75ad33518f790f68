import type { ServerResponse } from 'node:http'
import { type ProgressMessage, writeJson } from '#api'
import { readRest } from '#lib/read-rest'
import { wireError } from '../errors.ts'

/** An answer that is written bit by bit, no faster than the client reads. */
export class ResponseStream {
  readonly #response: ServerResponse

  constructor(response: ServerResponse, contentType: string) {
    this.#response = response
    readRest(response)
    response.writeHead(200, { 'Content-Type': contentType })
    response.flushHeaders()
  }

  /** Resolves when the client takes more; at once when it has gone. */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#response.destroyed || this.#response.write(data)) return
    await new Promise<void>(resolve => {
      const done = () => {
        this.#response.off('drain', done)
        this.#response.off('close', done)
        resolve()
      }
      this.#response.on('drain', done)
      this.#response.on('close', done)
    })
  }

  /** One line of a progress stream. */
  progress(message: ProgressMessage): void {
    if (!this.#response.destroyed) this.#response.write(`${writeJson(message, { escapeHtml: true })}\r\n`)
  }

  /** The last line of a progress stream that failed: its status is out already. */
  fail(error: unknown): void {
    const { message } = wireError(error)
    this.progress({ errorDetail: { message }, error: message })
    this.end()
  }

  /** Ends the connection, so that nobody takes what was sent for the whole. */
  break(): void {
    this.#response.destroy()
  }

  end(data?: string): void {
    this.#response.end(data)
  }
}
