import { HEADER_FUNCTIONS } from './docker.ts'
import { withTemplateErrors } from './docker-error.ts'
import type { RowMember } from './struct.ts'
import { funcType, method, row } from './struct.ts'
import { formatTable } from './table.ts'
import type { Template } from './template.ts'
import { compile } from './template.ts'
import { mapOf, STRING } from './types.ts'
import type { Data, Value } from './values.ts'
import { func, map, textOf } from './values.ts'

/** One placeholder of a list, `.Names` say. */
export interface Column<Row> {
  /** Title in a table; without one the header shows `<no value>`, as Docker's does. */
  readonly header?: string
  /** Called only for rows and templates that use the placeholder. */
  readonly value: (row: Row) => Data
}

/** What a list command prints, independent of what the user asks for. */
export interface ListFormat<Row> {
  /** Go's name of a row in errors, `*formatter.ContainerContext`. */
  readonly typeName: string
  readonly columns: Readonly<Record<string, Column<Row>>>
  /** Placeholders with an argument: `.Label "key"`. The header shows the last part of the argument. */
  readonly lookups?: Readonly<Record<string, (row: Row, key: string) => string>>
  /** The template after `table`, with tabs between its columns. */
  readonly defaultTable: string
  /** The template of `--format raw`; without one, `raw` is a template like any other. */
  readonly raw?: string
}

/** What the user asks for. */
export interface ListRequest<Row> {
  /** `--format`, or the format of config.json: '', `table`, `table TEMPLATE`, `json`, `raw` or a template. */
  readonly format: string
  /** The template of `--quiet`, `{{.ID}}` say, when it is asked for. */
  readonly quiet?: string
  /** Whether `--quiet` also beats a template of the user's, as `docker ps -q` does; otherwise only the default table. */
  readonly quietBeatsFormat?: boolean
  readonly rows: readonly Row[]
}

const JSON_TEMPLATE = '{{json .}}'

/**
 * The text of a list: one line per row, below a header where it is a table.
 * @throws InvalidArgument in Docker's words (`template parsing error: ...`)
 */
export function renderList<Row>(list: ListFormat<Row>, request: ListRequest<Row>): string {
  const { template, isTable } = chooseTemplate(list, request)
  const compiled = withTemplateErrors(() => compile(template))
  const lines = withTemplateErrors(() => request.rows.map(item => `${compiled.execute(rowOf(list, item))}\n`)).join('')
  return isTable ? formatTable(`${headerOf(list, compiled)}\n${lines}`) : lines
}

function chooseTemplate<Row>(list: ListFormat<Row>, request: ListRequest<Row>): { template: string; isTable: boolean } {
  const { format, quiet } = request
  const isDefault = format === '' || format === 'table'
  if (quiet !== undefined && (isDefault || request.quietBeatsFormat === true))
    return { template: quiet, isTable: false }
  if (isDefault) return { template: unescaped(list.defaultTable), isTable: true }
  if (format === 'json') return { template: JSON_TEMPLATE, isTable: false }
  if (format === 'raw' && list.raw !== undefined) return { template: unescaped(list.raw), isTable: false }
  if (format.startsWith('table')) return { template: unescaped(format.slice('table'.length)), isTable: true }
  return { template: unescaped(format), isTable: false }
}

/** Spaces around go, `\t` and `\n` written as two characters become what they mean. */
export function unescaped(format: string): string {
  let start = 0
  let end = format.length
  while (format[start] === ' ') start++
  while (end > start && format[end - 1] === ' ') end--
  return format.slice(start, end).replaceAll('\\t', '\t').replaceAll('\\n', '\n')
}

function rowOf<Row>(list: ListFormat<Row>, item: Row): Value {
  const members = new Map<string, RowMember>()
  for (const [name, column] of Object.entries(list.columns)) members.set(name, () => column.value(item))
  for (const [name, lookUp] of Object.entries(list.lookups ?? {})) {
    members.set(
      name,
      method([STRING], ([key]) => lookUp(item, textOf(key))),
    )
  }
  return row(list.typeName, members)
}

/** The same template over the titles; Docker shows as much of the header as it can. */
function headerOf<Row>(list: ListFormat<Row>, template: Template): string {
  const titles = new Map<string, Data>()
  for (const [name, { header }] of Object.entries(list.columns)) if (header !== undefined) titles.set(name, header)
  const lookups = Object.keys(list.lookups ?? {}).map(name => [name, TITLE_OF_KEY] as const)
  const data = { ...map(mapOf(STRING), titles), methods: new Map(lookups) }
  return template.run(data, { functions: HEADER_FUNCTIONS }).output
}

/** `com.example.my-label` is titled `my label`. */
const TITLE_OF_KEY = func(funcType([STRING]), ([key]) => (textOf(key).split('.').at(-1) ?? '').replace(/[-_]/g, ' '))
