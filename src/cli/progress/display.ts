import type { ProgressMessage } from '#api'
import type { Output } from '../io/streams.ts'

/**
 * Shows what an engine reports of long work until it ends: bars on a terminal, elsewhere a line for everything but
 * the way between start and end.
 */
export async function showProgress(messages: AsyncIterable<ProgressMessage>, output: Output): Promise<void> {
  if (!output.isTerminal) {
    for await (const message of messages) writeLine(message, output)
    return
  }
  const { Bars } = await import('./bars.ts')
  using bars = new Bars(output)
  for await (const message of messages) bars.show(message)
}

/** Waits for the end of long work and shows nothing of it; an error that it reports is thrown. */
export async function awaitProgress(messages: AsyncIterable<ProgressMessage>): Promise<void> {
  for await (const _ of messages);
}

function writeLine(message: ProgressMessage, output: Output): void {
  const { stream, id, status = '', progressDetail: detail, aux } = message
  const isMeasured = (detail?.current ?? 0) > 0 || (detail?.total ?? 0) > 0
  if (aux !== undefined || isMeasured) return
  if (stream !== undefined) output.write(stream)
  else output.line(id === undefined ? status : `${id}: ${status}`)
}
