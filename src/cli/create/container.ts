import { isIP } from 'node:net'
import type { ContainerCreateRequest, ContainerCreateResponse } from '#api'
import { NotFound } from '#lib/errors'
import { pullImage } from '../image/pull.ts'
import { familiarText, type ImageName, isImageId, parseImageName, withTag } from '../image/reference.ts'
import type { Connection, Context } from '../program/context.ts'
import { CidFile } from './cid-file.ts'

export interface NewContainer {
  readonly request: ContainerCreateRequest
  readonly name: string
  readonly platform: string
  readonly pull: string
  readonly quiet: boolean
  readonly cidFile: string
}

/** Makes the container, pulling its image where that is wanted, and returns its id. @throws GantryError, Error */
export async function createContainer(context: Context, connection: Connection, wanted: NewContainer): Promise<string> {
  using cidFile = new CidFile(wanted.cidFile)
  const image = wanted.request.Image ?? ''
  const name = isImageId(image) ? undefined : withTag(parseImageName(image))
  if (wanted.pull === 'always') await pull(context, connection, wanted, name ?? withTag(parseImageName(image)))
  const { Id: id, Warnings: warnings } = await create(context, connection, wanted, name)
  for (const warning of [...warnings, ...localDnsWarnings(wanted.request)])
    context.streams.err.line(`WARNING: ${warning}`)
  cidFile.write(id)
  return id
}

async function create(
  context: Context,
  connection: Connection,
  wanted: NewContainer,
  image: ImageName | undefined,
): Promise<ContainerCreateResponse> {
  const send = () =>
    connection.client.containers.create(wanted.request, {
      ...(wanted.name === '' ? {} : { name: wanted.name }),
      ...(wanted.platform === '' ? {} : { platform: wanted.platform }),
    })
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof NotFound) || image === undefined || wanted.pull !== 'missing') throw error
    if (!wanted.quiet) context.streams.err.line(`Unable to find image '${familiarText(image)}' locally`)
    await pull(context, connection, wanted, image)
    return await send()
  }
}

async function pull(context: Context, connection: Connection, wanted: NewContainer, name: ImageName): Promise<void> {
  const output = wanted.quiet ? undefined : context.streams.err
  await pullImage(context, connection, { name, allTags: false, platform: wanted.platform, output })
}

function localDnsWarnings({ HostConfig: host }: ContainerCreateRequest): string[] {
  const local = host?.Dns?.find(address => isIP(address) !== 0 && (address.startsWith('127.') || address === '::1'))
  return local === undefined ? [] : [`Localhost DNS (${local}) may fail in containers.`]
}
