import { GO_MODE } from '#api'
import type { Client } from '#client'
import { TarReader } from '#lib/tar/reader'
import { copyToOutput } from '../io/output-file.ts'
import type { Context } from '../program/context.ts'
import { localTarget } from './local-target.ts'
import type { ContainerPlace, CopyOptions, HostPlace } from './options.ts'
import { planCopy, renamed, splitPath, withEndOf } from './plan.ts'
import { CopyProgress } from './progress.ts'
import { LocalWriter } from './unpack.ts'

/** @throws Failure, or the engine's refusal */
export async function copyFromContainer(
  context: Context,
  source: ContainerPlace,
  destination: HostPlace,
  options: CopyOptions,
): Promise<void> {
  const target = destination.kind === 'local' ? localTarget(destination.path) : undefined
  const { client } = await context.connect()
  const path = options.followLink ? await followed(client, source) : source.path
  const { stat, tar } = await client.containers.copyFrom(source.container, path)
  if (target === undefined) {
    await copyToOutput(tar, context.streams.out)
    return
  }
  const { name } = splitPath(source.path)
  const plan = planCopy({ path, isFolder: stat.mode >= GO_MODE.dir, name }, target)
  const rules = {
    folder: plan.folder,
    rename: (member: string) => renamed(member, stat.name, plan.name),
    keepsOwners: options.keepsOwners,
  }
  using progress = options.isQuiet ? undefined : new CopyProgress(context.streams.err, 'Copying from container - ')
  using writer = new LocalWriter(rules)
  const reader = new TarReader(writer)
  for await (const chunk of tar) {
    progress?.add((chunk as Buffer).length)
    reader.push(chunk as Buffer)
  }
  reader.end()
  progress?.done(target.path)
}

/** Where a link in the container leads, if it is one. What is not there is said by the copy itself. */
async function followed(client: Client, { container, path }: ContainerPlace): Promise<string> {
  const stat = await client.containers.statPath(container, path).catch(() => undefined)
  return stat === undefined || stat.linkTarget === '' ? path : withEndOf(path, stat.linkTarget)
}
