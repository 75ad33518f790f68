import type { ContainerListItem } from '#api'
import { formatSize } from '#lib/units'
import type { Data, ListFormat } from '#template'
import { compile, pointer, pointerTo, structType } from '#template'
import { familiarText, isImageName, parseImageName } from '../image/reference.ts'
import { ago, goTime } from '../time/go-time.ts'
import { ellipsis } from './ellipsis.ts'
import { portsText } from './ports.ts'
import { truncatedId } from './short-id.ts'

const COMMAND_COLUMNS = 20
const MOUNT_COLUMNS = 15
const TABLE = '{{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.RunningFor}}\\t{{.Status}}\\t{{.Ports}}\\t{{.Names}}'
const RAW = `container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
`

/** In Go's notation, which escapes other characters than JSON's. */
const QUOTE = compile('{{printf "%q" .}}')

export interface ContainerListOptions {
  /** Cuts ids, commands and names of mounts. */
  readonly truncates: boolean
  /** A column more for sizes. */
  readonly withSize: boolean
  /** Told when a template uses the size. */
  readonly onSize?: () => void
  /** Whether the row is JSON, in which a platform is an object. */
  readonly asJson: boolean
}

/** The columns of `docker ps`. */
export function containerList(options: ContainerListOptions): ListFormat<ContainerListItem> {
  const { truncates, withSize, onSize, asJson } = options
  const short = truncates ? ellipsis : (text: string) => text
  return {
    typeName: '*formatter.ContainerContext',
    columns: {
      ID: { header: 'CONTAINER ID', value: row => (truncates ? truncatedId(row.Id) : row.Id) },
      Names: { header: 'NAMES', value: row => names(row, truncates) },
      Image: { header: 'IMAGE', value: row => image(row, truncates) },
      Command: { header: 'COMMAND', value: row => QUOTE.execute(short(row.Command, COMMAND_COLUMNS)) },
      CreatedAt: { header: 'CREATED AT', value: row => goTime(row.Created) },
      RunningFor: { header: 'CREATED', value: row => ago(row.Created) },
      Ports: { header: 'PORTS', value: row => portsText(row.Ports) },
      State: { header: 'STATE', value: row => row.State },
      Status: { header: 'STATUS', value: row => row.Status },
      Size: { header: 'SIZE', value: row => sizeText(row, onSize) },
      Labels: { header: 'LABELS', value: row => labels(row.Labels) },
      Mounts: {
        header: 'MOUNTS',
        value: row => row.Mounts.map(mount => short(mount.Name || mount.Source, MOUNT_COLUMNS)).join(','),
      },
      LocalVolumes: {
        header: 'LOCAL VOLUMES',
        value: row => String(row.Mounts.filter(mount => mount.Driver === 'local').length),
      },
      Networks: { header: 'NETWORKS', value: row => Object.keys(row.NetworkSettings?.Networks ?? {}).join(',') },
      Platform: { header: 'PLATFORM', value: row => platform(row, asJson) },
    },
    lookups: { Label: (row, key) => labelOf(row.Labels, key) },
    defaultTable: TABLE + (withSize ? '\\t{{.Size}}' : ''),
    raw: RAW + (withSize ? 'size: {{.Size}}\\n' : ''),
  }
}

/** `a=b,c=d`, sorted. */
export function labels(record: Readonly<Record<string, string>> | null | undefined): string {
  return Object.entries(record ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',')
}

export function labelOf(record: Readonly<Record<string, string>> | null | undefined, key: string): string {
  return record !== null && record !== undefined && Object.hasOwn(record, key) ? (record[key] ?? '') : ''
}

/** The first that is no link's, where it is cut; else all. */
function names({ Names }: ContainerListItem, truncates: boolean): string {
  const all = Names.map(name => name.slice(1))
  const own = truncates ? all.find(name => !name.includes('/')) : undefined
  return own ?? all.join(',')
}

function image({ Image, ImageID }: ContainerListItem, truncates: boolean): string {
  if (Image === '') return '<no image>'
  if (!truncates) return Image
  if (truncatedId(Image) === truncatedId(ImageID)) return truncatedId(ImageID)
  if (!isImageName(Image)) return Image
  return familiarText({ ...parseImageName(Image), digest: undefined })
}

function sizeText({ SizeRw = 0, SizeRootFs = 0 }: ContainerListItem, onSize: (() => void) | undefined): string {
  onSize?.()
  const own = formatSize(SizeRw, 3)
  return SizeRootFs > 0 ? `${own} (virtual ${formatSize(SizeRootFs, 3)})` : own
}

const NO_PLATFORM = pointer(pointerTo(structType('formatter.Platform', {})), undefined)

function platform({ ImageManifestDescriptor: descriptor }: ContainerListItem, asJson: boolean): Data {
  const found = descriptor?.platform
  if (found === undefined) return NO_PLATFORM
  if (asJson) return { ...found }
  const { os, architecture, variant = '', 'os.version': version = '' } = found
  return [os + (version === '' ? '' : `(${version})`), architecture, variant].filter(part => part !== '').join('/')
}
