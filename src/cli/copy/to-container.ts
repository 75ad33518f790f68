import { Readable } from 'node:stream'
import { GO_MODE, type PathStat } from '#api'
import type { Client } from '#client'
import { Failure } from '../failure.ts'
import type { Context } from '../program/context.ts'
import { localSource } from './local-source.ts'
import type { ContainerPlace, CopyOptions, HostPlace } from './options.ts'
import { packLocal } from './pack.ts'
import { type CopyTarget, linkedPath, planCopy } from './plan.ts'
import { CopyProgress } from './progress.ts'

/** @throws Failure, or the engine's refusal */
export async function copyToContainer(
  context: Context,
  source: HostPlace,
  destination: ContainerPlace,
  options: CopyOptions,
): Promise<void> {
  const { client } = await context.connect()
  const target = await targetIn(client, destination)
  if (source.kind === 'stream') {
    if (target.isFolder !== true) throw new Failure(`destination "${placeText(destination)}" must be a directory`)
    await send(client, destination, target.path, context.streams.in.raw, options)
    return
  }
  const found = localSource(source.path, options)
  const plan = planCopy(found, target)
  using progress = options.isQuiet ? undefined : new CopyProgress(context.streams.err, 'Copying to container - ')
  const chunks = packLocal(found, plan.name)
  const tar = Readable.from(progress === undefined ? chunks : progress.counted(chunks), { objectMode: false })
  await send(client, destination, plan.folder, tar, options)
  progress?.done(`${destination.container}:${target.path}`)
}

async function send(
  client: Client,
  { container }: ContainerPlace,
  path: string,
  tar: Readable,
  { keepsOwners }: CopyOptions,
): Promise<void> {
  const owners = keepsOwners ? { copyUIDGID: true } : {}
  await client.containers.copyTo(container, { path, noOverwriteDirNonDir: true, ...owners }, tar)
}

/** What is not there, or cannot be looked at, is for the copy itself to find out. */
async function targetIn(client: Client, place: ContainerPlace): Promise<CopyTarget> {
  const look = (path: string) => client.containers.statPath(place.container, path).catch(() => undefined)
  const first = await look(place.path)
  const path = first === undefined || first.linkTarget === '' ? place.path : linkedPath(place.path, first.linkTarget)
  const stat = path === place.path ? first : await look(path)
  if (stat === undefined) return { path, isFolder: undefined }
  if (isDevice(stat)) {
    throw new Failure(`destination "${placeText(place)}" must be a directory or a regular file: got a device`)
  }
  return { path, isFolder: stat.mode >= GO_MODE.dir }
}

function isDevice({ mode }: PathStat): boolean {
  return Math.floor(mode / GO_MODE.device) % 2 === 1
}

function placeText({ container, path }: ContainerPlace): string {
  return `${container}:${path}`
}
