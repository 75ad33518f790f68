/** The entry of worker threads: takes layers to unpack, one at a time, until the thread is ended. */
import { parentPort } from 'node:worker_threads'
import { type ErrorKind, errorText, GantryError } from '#lib/errors'
import type { WorkerAnswer } from '#lib/worker-pool'
import { type ApplyRequest, type ApplyResult, applyLayer } from '#snapshot'

parentPort?.on('message', (request: ApplyRequest) => {
  applyLayer(request).then(
    result => answer({ result }),
    (error: unknown) => {
      const kind: ErrorKind = error instanceof GantryError ? error.kind : 'system'
      const fix = error instanceof GantryError && error.fix !== undefined ? { fix: error.fix } : {}
      const message = error instanceof GantryError ? error.message : errorText(error)
      answer({ error: { kind, message, ...fix } })
    },
  )
})

function answer(message: WorkerAnswer<ApplyResult>): void {
  parentPort?.postMessage(message)
}
