import { atTime } from '#lib/deadline'
import { NotImplemented } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { type EntryFilter, isPast, type LogEntry, parseEntries, parseJoined } from '../log/entries.ts'
import { RotatedLog } from '../log/reader.ts'
import { logPath } from './folder.ts'

export interface LogsOptions extends EntryFilter {
  /** The last so many entries; undefined is all. */
  readonly tail: number | undefined
  readonly follow: boolean
  /** Whether entries that follow each other on one stream may come as one. */
  readonly joined?: boolean
  /** Told once it is settled where reading begins: a client that hears of it misses nothing that is said later. */
  readonly started?: () => void
  readonly signal: AbortSignal
}

/**
 * A container's log in batches of entries, each valid until the next is asked for. Following ends when the container
 * does, at `until`, and when `signal` fires.
 * @throws NotFound; NotImplemented where the log driver keeps nothing to read
 */
export function containerLogs(deps: EngineDeps, nameOrId: string, options: LogsOptions): AsyncGenerator<LogEntry[]> {
  const record = deps.containers.find(nameOrId)
  if (record.spec.host.log.driver === 'none') {
    throw new NotImplemented('configured logging driver does not support reading', {
      fix: 'create the container with --log-driver json-file',
    })
  }
  return readBatches(deps, record.id, options)
}

async function* readBatches(deps: EngineDeps, id: string, options: LogsOptions): AsyncGenerator<LogEntry[]> {
  const { follow, tail, signal } = options
  const isRunning = () => deps.containers.get(id)?.state.status === 'running'
  const stop = new AbortController()
  const wake = AbortSignal.any([signal, stop.signal])
  if (follow && isRunning()) void deps.waiters.wait(id, 'exit', wake).then(() => stop.abort())
  const ended = () => stop.signal.aborted || signal.aborted || !isRunning()
  using _end = follow && options.until !== undefined ? atTime(options.until, () => stop.abort()) : undefined
  const log = new RotatedLog(logPath(deps, id))
  try {
    const started = options.started === undefined ? {} : { started: options.started }
    for await (const chunk of log.read({ tail, follow: follow && isRunning(), ended, wake, ...started })) {
      if (signal.aborted) return
      // Asked first: parsing overwrites the chunk.
      const isLast = options.until !== undefined && isPast(chunk, options.until)
      const entries = options.joined === true ? parseJoined(chunk, options) : parseEntries(chunk, options)
      if (entries.length > 0) yield entries
      if (isLast) return
    }
  } finally {
    stop.abort() // Whoever stops reading before the end waits for no exit any more.
  }
}
