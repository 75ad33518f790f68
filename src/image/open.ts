import { KeyedLock } from '#lib/lock'
import { collectImages } from './collect/collect.ts'
import { estimate } from './collect/estimate.ts'
import { imageParts } from './collect/usage.ts'
import { commitImage } from './commit/commit.ts'
import type { ImageDeps, ImagesOptions } from './deps.ts'
import { Holds } from './hold.ts'
import type { Images } from './image.ts'
import { importImage } from './import/import.ts'
import { loadImages } from './load/load.ts'
import { pullAllTags, pullImage } from './pull/pull.ts'
import { pushImage } from './push/push.ts'
import { ConfigCache } from './record/config-cache.ts'
import { LayerBlobs } from './record/layer-blobs.ts'
import { ImageRecords } from './record/records.ts'
import { ImageViews } from './record/views.ts'
import { inspectRemote } from './remote/inspect.ts'
import { loginTo } from './remote/login.ts'
import { searchRepositories } from './remote/search.ts'
import { resolveImage } from './resolve.ts'
import { saveImages } from './save/save.ts'
import { removeImage, tagImage, untagImage } from './tag.ts'

/** Opens the images of a data root; nothing is read or changed before it is asked for. */
export function openImages(options: ImagesOptions): Images {
  const records = new ImageRecords(options.meta)
  const views = new ImageViews(records, new ConfigCache(options.content), options.snapshots)
  const unfinished = options.snapshots.list().filter(({ kind }) => kind !== 'committed')
  const deps: ImageDeps = {
    ...options,
    records,
    layerBlobs: new LayerBlobs(options.meta),
    views,
    holds: new Holds(),
    layerLocks: new KeyedLock(),
    inherited: new Set(unfinished.map(({ key }) => key)),
  }
  return {
    resolve: nameOrId => resolveImage(deps, nameOrId),
    get: id => views.get(id),
    list: () => views.list(),
    damaged: () => views.damaged(),
    pull: (reference, pull) => pullImage(deps, reference, pull),
    pullAll: (reference, pull) => pullAllTags(deps, reference, pull),
    push: (reference, push) => pushImage(deps, reference, push),
    login: (server, credentials, signal) => loginTo(deps, server, credentials, signal),
    search: (term, limit, credentials, signal) => searchRepositories(deps, term, limit, credentials, signal),
    inspectRemote: (reference, credentials, signal) => inspectRemote(deps, reference, credentials, signal),
    load: (archive, load) => loadImages(deps, archive, load),
    import: (archive, wanted) => importImage(deps, archive, wanted),
    commit: commit => commitImage(deps, commit),
    save: (names, save) => saveImages(deps, names, save),
    tag: (nameOrId, reference) => tagImage(deps, nameOrId, reference),
    untag: reference => untagImage(deps, reference),
    remove: id => removeImage(deps, id),
    parts: keep => imageParts(deps, new Set(keep)),
    reclaimable: (without, keep) => estimate(deps, without, keep),
    collect: keep => collectImages(deps, keep),
  }
}
