import type { ApiCall } from '../http/call.ts'
import type { ResponseStream } from '../http/response-stream.ts'

/**
 * Answers with bytes that `work` gives to what `open` returns. What fails before is an error with its own status; what
 * fails later breaks the connection, because its status is out already.
 */
export async function withBytes(
  call: ApiCall,
  contentType: string,
  work: (open: (headers?: Readonly<Record<string, string>>) => (chunk: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  let stream: ResponseStream | undefined
  const open = (headers: Readonly<Record<string, string>> = {}) => {
    const opened = call.openStream(contentType, headers)
    stream = opened
    return (chunk: Uint8Array) => opened.write(chunk)
  }
  try {
    await work(open)
  } catch (error) {
    if (stream === undefined) throw error
    call.noteFailure(error)
    stream.break()
    return
  }
  stream ??= call.openStream(contentType)
  stream.end()
}
