import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NotFound } from '#lib/errors'
import { silentLogger } from '#lib/log'
import { formatSize } from '#lib/units'
import { DEFAULT_RETENTION, openRegistryStore } from '#registry/serve'
import { askToCollect, type CollectedText } from './control.ts'
import { holdRoot } from './root.ts'
import { type CollectSettings, readCollectSettings } from './settings.ts'

/** `gantry registry collect`: by the server that runs, or by itself where none does. */
export async function collectMain(args: readonly string[]): Promise<void> {
  const settings = readCollectSettings(args)
  const { root, dryRun, retention } = settings
  const collected = (await askToCollect(root, { dryRun, retention })) ?? (await collectHere(settings))
  process.stdout.write(report(collected, dryRun))
}

async function collectHere({ root, dryRun, retention = DEFAULT_RETENTION }: CollectSettings): Promise<CollectedText> {
  if (!existsSync(join(root, 'meta.db'))) {
    throw new NotFound(`${root} is no registry`, { fix: 'name its folder with --root DIR' })
  }
  using _held = holdRoot(root)
  await using store = await openRegistryStore({ root, log: silentLogger })
  const { manifests, blobs, uploads, bytes } = await store.collect({ dryRun, retention })
  return { manifests: [...manifests], blobs: [...blobs], uploads: [...uploads], bytes }
}

function report({ manifests, blobs, uploads, bytes }: CollectedText, dryRun: boolean): string {
  const lines = [
    ...manifests.map(name => `manifest ${name}`),
    ...blobs.map(digest => `blob ${digest}`),
    ...uploads.map(id => `upload ${id}`),
  ]
  const total = `${dryRun ? 'Would free' : 'Freed'}: ${formatSize(bytes)}`
  return `${[...lines, total].join('\n')}\n`
}
