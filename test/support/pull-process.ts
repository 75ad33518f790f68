/** `node pull-process.ts ROOT REFERENCE`: a process that pulls as a daemon does, and can be killed at any moment. */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { openContentStore } from '#content'
import { openImages } from '#image'
import { silentLogger } from '#lib/log'
import { WorkerPool } from '#lib/worker-pool'
import { openMeta } from '#meta'
import { parsePlatform, parseReference } from '#oci'
import { openRegistryClient } from '#registry'
import { type ApplyRequest, type ApplyResult, canMapLayers, openOverlay } from '#snapshot'

const [root = '', reference = ''] = process.argv.slice(2)

await using meta = openMeta(join(root, 'meta.db'))
await using registry = openRegistryClient()
await using pool = new WorkerPool<ApplyRequest, ApplyResult>(
  2,
  () => new Worker(new URL('../../src/cmd/worker.ts', import.meta.url)),
)
const images = openImages({
  meta,
  content: await openContentStore(join(root, 'content')),
  snapshots: openOverlay({
    meta,
    folder: join(root, 'snapshots'),
    mountFolder: join(root, 'layers'),
    mapLayers: canMapLayers(root),
  }),
  registry,
  apply: (request, signal) => pool.run(request, signal),
  platform: parsePlatform('linux/amd64'),
  log: silentLogger,
})
await images.pull(parseReference(reference), {
  platform: undefined,
  credentials: undefined,
  onProgress: line => process.stdout.write(`${line.status}\n`),
  signal: new AbortController().signal,
})
