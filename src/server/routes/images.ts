import {
  atLeast,
  filterFlag,
  ImageCreateQuery,
  type ImageDeleteItem,
  ImageHistoryQuery,
  ImageInspectQuery,
  ImageListQuery,
  ImageLoadQuery,
  ImagePruneQuery,
  ImagePushQuery,
  ImageRemoveQuery,
  ImageSaveQuery,
  ImageTagQuery,
  type PushResult,
  readPlatform,
} from '#api'
import type { Image } from '#image'
import { InvalidArgument, NotFound, NotImplemented } from '#lib/errors'
import type { Backends, RemovedImage } from '../backends.ts'
import { imageHistory, inspectImage, summariseImage } from '../convert/image.ts'
import { listedImages } from '../convert/image-filters.ts'
import { imageIn, summaryIn } from '../convert/image-versions.ts'
import { pruneConditions } from '../convert/prune.ts'
import { sharedSizes } from '../convert/shared-size.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { withBytes } from '../stream/bytes.ts'
import { withProgress } from '../stream/progress.ts'
import { readCredentials } from './credentials.ts'

export function imageRoutes(backends: Backends): Route[] {
  return [
    { method: 'GET', path: '/images/json', handle: call => list(backends, call) },
    { method: 'POST', path: '/images/create', handle: call => createImage(backends, call) },
    { method: 'POST', path: '/images/load', handle: call => load(backends, call) },
    { method: 'GET', path: '/images/get', handle: call => save(backends, call, []) },
    { method: 'GET', path: '/images/*', handle: call => getImage(backends, call) },
    { method: 'POST', path: '/images/prune', handle: call => prune(backends, call) },
    { method: 'POST', path: '/images/*', handle: call => postImage(backends, call) },
    { method: 'DELETE', path: '/images/*', handle: call => remove(backends, call) },
  ]
}

function list({ images, containers }: Backends, call: ApiCall): void {
  const query = call.readQuery(ImageListQuery)
  const { all = false, filters = new Map(), manifests = false } = query
  if (manifests && atLeast(call.version, '1.47')) throw noManifests()
  const found = listedImages(images, filters, all)
  const sharedOf = query['shared-size'] === true ? sharedSizes(images.list()) : () => -1
  const inUse = containers.list({ all: true, limit: 0, filters: new Map() })
  const count = (id: string) => inUse.filter(record => record.imageId === id).length
  call.sendJson(
    200,
    found.map(image => summaryIn(call.version, summariseImage(image, count(image.id), sharedOf(image)))),
  )
}

/** `GET /images/{name}/json` and `/history`; names hold slashes. */
async function getImage(backends: Backends, call: ApiCall): Promise<void> {
  const { images, system } = backends
  const { name, verb } = splitVerb(call)
  switch (verb) {
    case 'json': {
      const { platform = '', manifests = false } = call.readQuery(ImageInspectQuery)
      if (manifests && atLeast(call.version, '1.48')) throw noManifests()
      const image = images.resolve(name)
      if (platform !== '') requirePlatform(image, name, platform)
      const driver = { name: system.facts().storageDriver, data: images.layers(image) }
      call.sendJson(200, imageIn(call.version, inspectImage(image, driver)), { escapeHtml: true })
      return
    }
    case 'history': {
      const { platform = '' } = call.readQuery(ImageHistoryQuery)
      const image = images.resolve(name)
      if (platform !== '') requirePlatform(image, name, platform)
      call.sendJson(200, imageHistory(image))
      return
    }
    case 'get':
      await save(backends, call, [name])
      return
    default:
      throw new NotFound('page not found')
  }
}

/** Every name that is asked for, in one archive. */
async function save({ images }: Backends, call: ApiCall, named: readonly string[]): Promise<void> {
  const { names = [], platform = [] } = call.readQuery(ImageSaveQuery)
  await withBytes(call, 'application/x-tar', open =>
    images.save([...named, ...names], { platforms: platform.map(formatPlatformParameter), open, signal: call.signal }),
  )
}

async function postImage({ images }: Backends, call: ApiCall): Promise<void> {
  const { name, verb } = splitVerb(call)
  if (verb === 'push') return await push(images, name, call)
  if (verb !== 'tag') throw new NotFound('page not found')
  const { repo = '', tag = '' } = call.readQuery(ImageTagQuery)
  await images.tag(name, repo, tag)
  call.sendEmpty(201)
}

async function push(images: Backends['images'], name: string, call: ApiCall): Promise<void> {
  const { tag = '', platform = '' } = call.readQuery(ImagePushQuery)
  const credentials = readCredentials(call)
  await withProgress(call, async progress => {
    await images.push(name, tag, {
      platform: platform === '' ? '' : formatPlatformParameter(platform),
      credentials,
      onProgress: progress.tell,
      onPushed: ({ tag: Tag, digest: Digest, size: Size }) => {
        progress.send({ progressDetail: {}, aux: { Tag, Digest, Size } satisfies PushResult })
      },
      signal: call.signal,
    })
  })
}

async function remove({ images }: Backends, call: ApiCall): Promise<void> {
  const { force = false, platforms = [] } = call.readQuery(ImageRemoveQuery)
  const name = call.param('*')
  for (const platform of platforms) requirePlatform(images.resolve(name), name, platform)
  call.sendJson(200, deleteItems(await images.remove(name, { force })))
}

async function prune({ images }: Backends, call: ApiCall): Promise<void> {
  const { filters = new Map(), dryRun = false, withoutContainers = [] } = call.readQuery(ImagePruneQuery)
  const conditions = pruneConditions(filters, ['dangling'])
  const danglingOnly = filterFlag(filters, 'dangling') ?? true
  const { removed, bytes } = await images.prune({ danglingOnly, conditions, dryRun, withoutContainers })
  call.sendJson(200, { ImagesDeleted: removed.length === 0 ? null : deleteItems(removed), SpaceReclaimed: bytes })
}

function deleteItems(removed: readonly RemovedImage[]): ImageDeleteItem[] {
  return removed.map(item => ('untagged' in item ? { Untagged: item.untagged } : { Deleted: item.deleted }))
}

/** @throws NotFound in Docker's words */
function requirePlatform(image: Image, name: string, platform: string): void {
  const wanted = readPlatform(platform)
  const own = image.config.platform
  const isSame =
    own.os === wanted.os &&
    own.architecture === wanted.architecture &&
    (wanted.variant === undefined || wanted.variant === own.variant)
  if (isSame) return
  throw new NotFound(
    `image with reference ${name} was found but does not provide the specified platform (${formatPlatformParameter(platform)})`,
  )
}

/** Pull, or import where `fromSrc` says so. */
async function createImage(backends: Backends, call: ApiCall): Promise<void> {
  const query = call.readQuery(ImageCreateQuery)
  if (query.fromSrc !== undefined && query.fromSrc !== '') return await importImage(backends, call, query)
  const { fromImage = '', tag = '', platform = '' } = query
  if (fromImage === '') throw new InvalidArgument('neither fromImage nor fromSrc was given')
  const credentials = readCredentials(call)
  await withProgress(call, async progress => {
    await backends.images.pull(fromImage, tag, {
      platform,
      credentials,
      onProgress: progress.tell,
      signal: call.signal,
    })
  })
}

async function importImage({ images }: Backends, call: ApiCall, query: ImageCreateQuery): Promise<void> {
  const { fromSrc = '', repo = '', tag = '', message = '', changes = [], platform = '' } = query
  await withProgress(call, async progress => {
    const options = {
      repository: repo,
      tag,
      platform,
      message,
      changes,
      onProgress: progress.tell,
      signal: call.signal,
    }
    const image = await images.import(fromSrc === '-' ? call.body : fromSrc, options)
    progress.send({ status: image.id })
  })
}

async function load({ images }: Backends, call: ApiCall): Promise<void> {
  const { quiet = true, platform = [] } = call.readQuery(ImageLoadQuery)
  if (platform.length > 1) throw new InvalidArgument('multiple platform parameters are not supported')
  const wanted = platform[0] === undefined ? '' : formatPlatformParameter(platform[0])
  await withProgress(call, async progress => {
    const onProgress = quiet ? () => {} : progress.tell
    const loaded = await images.load(call.body, { platform: wanted, onProgress, signal: call.signal })
    for (const { image, names } of loaded) {
      for (const name of names) progress.send({ stream: `Loaded image: ${name}\n` })
      if (names.length === 0) progress.send({ stream: `Loaded image ID: ${image.id}\n` })
    }
  })
}

/** Of a multi-platform image one platform is kept, so that there is no list to show. */
function noManifests(): NotImplemented {
  return new NotImplemented('manifests: this version of Gantry keeps images by platform, without their lists', {
    fix: 'leave manifests (docker images --tree) out, or ask the registry: docker manifest inspect',
  })
}

/** The last part of the path says what is wanted of the image before it. */
function splitVerb(call: ApiCall): { name: string; verb: string } {
  const path = call.param('*')
  const at = path.lastIndexOf('/')
  return { name: path.slice(0, Math.max(at, 0)), verb: path.slice(at + 1) }
}

function formatPlatformParameter(text: string): string {
  const { os, architecture, variant = '' } = readPlatform(text)
  return [os, architecture, variant].filter(part => part !== '').join('/')
}
