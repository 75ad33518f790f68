import { mkdirSync } from 'node:fs'
import { Conflict } from '#lib/errors'
import type { Logger } from '#lib/log'
import { avoidOomKiller, detectCgroups, lockFile, ProcessWatcher, Reaper, releaseStartupPages } from '#linux'
import { SealedRuntimes } from './oci-runtime.ts'
import { createReadBuffer } from './output-source.ts'
import { SegmentPool } from './segments.ts'
import { MonitorServer } from './server.ts'
import { ExecRoot } from './task-folder.ts'

/** The out-of-memory killer should take nearly anything before the parent of all containers. */
const OOM_SCORE = -999

/**
 * The monitor's whole life: parent of every container of one data root, until it is told to go. It reads nothing but
 * its exec root and does nothing but keep streams, logs and exits, so that it hardly ever has to be replaced.
 * @throws Conflict where another monitor holds the exec root
 */
export async function runMonitor(execRoot: string, log: Logger, onReady: () => void): Promise<void> {
  const root = new ExecRoot(execRoot)
  mkdirSync(root.tasks, { recursive: true, mode: 0o700 })
  const lock = lockFile(root.lock)
  if (lock === undefined) throw new Conflict(`another monitor serves ${execRoot}`)
  avoidOomKiller(OOM_SCORE)
  const reaper = new Reaper()
  const watcher = new ProcessWatcher()
  const { promise: told, resolve } = Promise.withResolvers<void>()
  const server = new MonitorServer(
    root,
    {
      reaper,
      watcher,
      cgroups: detectCgroups(),
      runtimeRoot: root.runtimeRoot,
      runtimes: new SealedRuntimes(),
      readBuffer: createReadBuffer(),
      segments: new SegmentPool(),
      warn: message => log.warn(message),
    },
    resolve,
  )
  // Containers must not die because somebody ends what looks like a stray process.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  await server.start()
  onReady()
  releaseStartupPages()
  await told
  server.stop()
}
