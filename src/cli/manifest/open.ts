import { dirname, join } from 'node:path'
import type { Context } from '../program/context.ts'
import { ManifestStore } from './store.ts'

/** The lists beside the config.json that counts. */
export async function openManifestStore({ connect }: Context): Promise<ManifestStore> {
  const { config } = await connect()
  return new ManifestStore(join(dirname(config.path), 'manifests'))
}
