import type { ProgressMessage } from '#api'
import type { Progress } from '#image'
import { formatSize } from '#lib/units'
import type { ApiCall } from '../http/call.ts'
import type { ResponseStream } from '../http/response-stream.ts'

const BAR_WIDTH = 50

/** How a long operation tells its client where it is. */
export interface ProgressSender {
  /** For operations: in their own terms. */
  readonly tell: (progress: Progress) => void
  readonly send: (message: ProgressMessage) => void
}

/**
 * Answers with a progress stream. It begins with the first message, so that what fails before is an error with its
 * own status; what fails later is the stream's last line.
 */
export async function withProgress(call: ApiCall, work: (progress: ProgressSender) => Promise<void>): Promise<void> {
  let stream: ResponseStream | undefined
  const send = (message: ProgressMessage) => {
    stream ??= call.openStream('application/json')
    stream.progress(message)
  }
  try {
    await work({ send, tell: progress => send(progressMessage(progress)) })
  } catch (error) {
    if (stream === undefined) throw error
    stream.fail(error)
    return
  }
  stream ??= call.openStream('application/json')
  stream.end()
}

function progressMessage({ id, status, current, total }: Progress): ProgressMessage {
  if (id === undefined) return { status }
  if (current === undefined) return { status, progressDetail: {}, id }
  const detail = { current, ...(total === undefined ? {} : { total }) }
  return { status, progressDetail: detail, progress: bar(current, total), id }
}

/** `[==>    ]  1.2MB/3.4MB`, for clients that draw no bar of their own. */
function bar(current: number, total: number | undefined): string {
  if (total === undefined || total <= 0 || current > total) return formatSize(current)
  const filled = Math.floor((current / total) * BAR_WIDTH)
  const arrow = `${'='.repeat(Math.max(0, filled))}>`.slice(0, BAR_WIDTH)
  return `[${arrow.padEnd(BAR_WIDTH)}]  ${formatSize(current).padStart(6)}/${formatSize(total)}`
}
