import type { ImageSummary } from '#api'
import { formatSize } from '#lib/units'
import type { ListFormat } from '#template'
import { familiarName, isImageName, parseImageName } from '../image/reference.ts'
import { ago, goTime } from '../time/go-time.ts'
import { truncatedId } from './short-id.ts'

const NONE = '<none>'
const CREATED = '{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}'

/** An image under one of its names. */
export interface ImageRow {
  readonly image: ImageSummary
  readonly repository: string
  readonly tag: string
  readonly digest: string
}

/** The columns of `docker images`. */
export function imageList(truncates: boolean, withDigests: boolean): ListFormat<ImageRow> {
  return {
    typeName: '*formatter.imageContext',
    columns: {
      ID: { header: 'IMAGE ID', value: ({ image }) => (truncates ? truncatedId(image.Id) : image.Id) },
      Repository: { header: 'REPOSITORY', value: row => row.repository },
      Tag: { header: 'TAG', value: row => row.tag },
      Digest: { header: 'DIGEST', value: row => row.digest },
      CreatedSince: { header: 'CREATED', value: ({ image }) => ago(image.Created) },
      CreatedAt: { header: 'CREATED AT', value: ({ image }) => goTime(image.Created) },
      Size: { header: 'SIZE', value: ({ image }) => formatSize(image.Size, 3) },
      Containers: { header: 'CONTAINERS', value: ({ image }) => known(image.Containers, String) },
      VirtualSize: { header: 'SIZE', value: ({ image }) => formatSize(image.Size) },
      SharedSize: { header: 'SHARED SIZE', value: ({ image }) => known(image.SharedSize, size => formatSize(size)) },
      UniqueSize: { header: 'UNIQUE SIZE', value: ({ image }) => uniqueSize(image) },
    },
    defaultTable: `{{.Repository}}\\t{{.Tag}}${withDigests ? '\\t{{.Digest}}' : ''}\\t{{.ID}}\\t${CREATED}\\t{{.Size}}`,
    raw: `repository: {{ .Repository }}
tag: {{.Tag}}
${withDigests ? 'digest: {{.Digest}}\n' : ''}image_id: {{.ID}}
created_at: {{.CreatedAt}}
virtual_size: {{.Size}}
`,
  }
}

export interface RowOptions {
  /** Digests of names with a tag are shown. */
  readonly needsDigests: boolean
  /** Names without a tag are shown with each of their digests. */
  readonly showsDigests: boolean
}

/** A row for each name of each image. */
export function imageRows(images: readonly ImageSummary[], options: RowOptions): ImageRow[] {
  return images.flatMap(image => rowsOf(image, options))
}

function rowsOf(image: ImageSummary, { needsDigests, showsDigests }: RowOptions): ImageRow[] {
  const row = (repository: string, tag: string, digest: string): ImageRow => ({ image, repository, tag, digest })
  const tags = byRepository(image.RepoTags ?? [], ({ tag }) => tag)
  const digests = byRepository(image.RepoDigests ?? [], ({ digest }) => digest)
  if (tags.size === 0 && digests.size === 0) return [row(NONE, NONE, NONE)]
  const tagged = [...tags].flatMap(([repository, names]) => {
    const own = needsDigests ? (digests.get(repository) ?? []) : []
    return names.flatMap(tag =>
      own.length === 0 ? [row(repository, tag, NONE)] : own.map(digest => row(repository, tag, digest)),
    )
  })
  const untagged = [...digests]
    .filter(([repository]) => !tags.has(repository))
    .flatMap(([repository, own]) => (showsDigests ? own : ['']).map(digest => row(repository, NONE, digest)))
  return [...tagged, ...untagged]
}

function byRepository(
  names: readonly string[],
  partOf: (name: ReturnType<typeof parseImageName>) => string | undefined,
): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>()
  for (const name of names.filter(isImageName).map(parseImageName)) {
    const part = partOf(name)
    if (part !== undefined) found.set(familiarName(name), [...(found.get(familiarName(name)) ?? []), part])
  }
  return found
}

function known(value: number, text: (value: number) => string): string {
  return value === -1 ? 'N/A' : text(value)
}

function uniqueSize({ Size, SharedSize }: ImageSummary): string {
  return Size === -1 || SharedSize === -1 ? 'N/A' : formatSize(Size - SharedSize)
}
