/** HTTP byte by byte, for what no client library would send. */
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Nothing that is asked here takes as long. */
const TIMEOUT_MS = 10_000

/** Opens a connection; errors on it are the end of it. */
export function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** Sends bytes and collects what comes until the connection ends, or until `enough` says so of all that came. */
export async function exchange(
  path: string,
  bytes: string | Buffer,
  enough: (text: string) => boolean = isWhole,
): Promise<string> {
  const socket = await open(path)
  socket.write(bytes)
  try {
    return await collect(socket, enough)
  } finally {
    socket.destroy()
  }
}

export function collect(socket: Socket, enough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(
      () => reject(new Error(`no whole answer in time, only ${JSON.stringify(text)}`)),
      TIMEOUT_MS,
    )
    const done = () => {
      clearTimeout(timer)
      resolve(text)
    }
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (enough(text)) done()
    })
    socket.once('close', done)
    socket.once('end', done)
  })
}

/** True when `text` begins with one complete answer. */
export function isWhole(text: string): boolean {
  return rest(text) !== undefined
}

/** Every answer in what came over a connection. */
export function answers(text: string): RawAnswer[] {
  const found: RawAnswer[] = []
  let left = text
  for (;;) {
    const after = rest(left)
    if (after === undefined) return found
    found.push(parse(left.slice(0, left.length - after.length)))
    left = after
  }
}

/** What follows the first answer of `text`; undefined while that is not complete. */
function rest(text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const { status, headers } = parse(text)
  const body = text.slice(end + 4)
  if (status < 200 || status === 204 || status === 304) return body
  if (headers.get('transfer-encoding') === 'chunked') {
    const last = /(?:^|\r\n)0\r\n\r\n/.exec(body)
    return last === null ? undefined : body.slice(last.index + last[0].length)
  }
  const length = Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY)
  return body.length < length ? undefined : body.slice(length)
}

function parse(text: string): RawAnswer {
  const [head = '', ...body] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = new Map(
    lines.map(line => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    }),
  )
  return { status: Number(first.split(' ')[1]), headers, body: body.join('\r\n\r\n') }
}

/** A request with a JSON body, or without one. */
export function requestText(method: string, path: string, body?: string, headers: readonly string[] = []): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: docker', ...headers]
  if (body !== undefined) lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}
