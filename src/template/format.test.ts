import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import type { ListFormat, ListRequest } from './index.ts'
import { renderList, STRING, slice } from './index.ts'

interface Container {
  readonly id: string
  readonly name: string
  readonly command: string
  readonly labels: Readonly<Record<string, string>>
}

const WEB: Container = {
  id: '4c01db0b339c',
  name: 'web_1',
  command: "sh -c 'a > b'",
  labels: { 'com.example.my-team': 'web' },
}
const JOB: Container = { id: '0123456789ab', name: '日本語のコンテナ', command: 'true', labels: {} }

function containers(asked: string[] = []): ListFormat<Container> {
  const noted = <T>(name: string, value: T): T => {
    asked.push(name)
    return value
  }
  return {
    typeName: '*formatter.ContainerContext',
    columns: {
      ID: { header: 'CONTAINER ID', value: row => noted('ID', row.id) },
      Names: { header: 'NAMES', value: row => noted('Names', row.name) },
      Command: { header: 'COMMAND', value: row => noted('Command', `"${row.command}"`) },
      Tags: { value: () => noted('Tags', slice(STRING, ['a', 'b'])) },
      Platform: { header: 'PLATFORM', value: () => noted('Platform', null) },
    },
    lookups: { Label: (row, key) => row.labels[key] ?? '' },
    defaultTable: '{{.ID}}\\t{{.Command}}\\t{{.Names}}',
    raw: 'id: {{.ID}}\nnames: {{- pad .Names 1 0}}\n',
  }
}

function list(format: string, request: Partial<ListRequest<Container>> = {}): string {
  return renderList(containers(), { format, rows: [WEB, JOB], ...request })
}

test('the default is a table with the titles of its columns', () => {
  const table =
    'CONTAINER ID   COMMAND           NAMES\n' +
    `4c01db0b339c   "sh -c 'a > b'"   web_1\n` +
    '0123456789ab   "true"            日本語のコンテナ\n'
  assert.equal(list(''), table)
  assert.equal(list('table'), table)
  assert.equal(list('', { rows: [] }), 'CONTAINER ID   COMMAND   NAMES\n')
})

test('a table of one’s own runs the same template over the titles', () => {
  assert.equal(
    list('table {{upper .Names}}\\t{{json .ID}}\\t{{truncate .ID 4}}'),
    'NAMES              CONTAINER ID     CONTAINER ID\n' +
      'WEB_1              "4c01db0b339c"   4c01\n' +
      '日本語のコンテナ   "0123456789ab"   0123\n',
  )
  assert.equal(list('table{{.ID}}', { rows: [] }), 'CONTAINER ID\n')
  assert.equal(list('table {{pad .ID 2 0}}|', { rows: [WEB] }), '  CONTAINER ID|\n  4c01db0b339c|\n')
  assert.equal(list('table', { rows: [WEB], quiet: '{{.ID}}' }), '4c01db0b339c\n')
  assert.equal(list('table '), '\n\n\n')
})

test('a header shows what it can: nothing for what has no title, no more after an error', () => {
  assert.equal(list('table {{.ID}}\\t{{.Nope}}', { rows: [] }), 'CONTAINER ID   <no value>\n')
  assert.equal(list('table {{.Names}} {{.ID.x}} {{.ID}}', { rows: [] }), 'NAMES \n')
  assert.equal(list('table {{.Tags}}', { rows: [WEB] }), '<no value>\n[a b]\n')
})

test('a label is titled by the end of its name', () => {
  assert.equal(list('table {{.Label "com.example.my-team"}}', { rows: [WEB] }), 'my team\nweb\n')
  assert.equal(list('{{.Label "none"}}|{{.Label "com.example.my-team"}}', { rows: [WEB] }), '|web\n')
})

test('json is one object per line, its keys sorted, escaped for HTML as Docker does it', () => {
  assert.equal(
    list('json', { rows: [WEB] }),
    '{"Command":"\\"sh -c \'a \\u003e b\'\\"","ID":"4c01db0b339c","Names":"web_1","Platform":null,"Tags":["a","b"]}\n',
  )
  assert.equal(list('{{json .Command}}', { rows: [WEB] }), '"\\"sh -c \'a > b\'\\""\n')
})

test('a plain template gives a line per row; \\t and \\n mean what they say', () => {
  assert.equal(list(' {{.ID}}\\n\\t{{.Names}} ', { rows: [WEB] }), '4c01db0b339c\n\tweb_1\n')
  assert.equal(list('   other\n   ', { rows: [WEB] }), 'other\n\n')
  assert.equal(list('raw', { rows: [WEB] }), 'id: 4c01db0b339c\nnames: web_1\n\n')
  const { raw: _, ...withoutRaw } = containers()
  assert.equal(renderList(withoutRaw, { format: 'raw', rows: [WEB] }), 'raw\n')
})

test('quiet beats a template only where it is said to', () => {
  assert.equal(list('{{.Names}}', { rows: [WEB], quiet: '{{.ID}}' }), 'web_1\n')
  assert.equal(list('{{.Names}}', { rows: [WEB], quiet: '{{.ID}}', quietBeatsFormat: true }), '4c01db0b339c\n')
})

test('only the placeholders that a template uses are computed', () => {
  const asked: string[] = []
  renderList(containers(asked), { format: '{{.Names}}', rows: [WEB, JOB] })
  assert.deepEqual(asked, ['Names', 'Names'])
})

test('errors are those of Docker, and nothing is printed before them', () => {
  const failing: [string, string][] = [
    ['{{InvalidFunction}}', 'template parsing error: template: :1: function "InvalidFunction" not defined'],
    ['{{nil}}', 'template parsing error: template: :1:2: executing "" at <nil>: nil is not a command'],
    [
      '{{.Nope}}',
      `template parsing error: template: :1:2: executing "" at <.Nope>: can't evaluate field Nope in type *formatter.ContainerContext`,
    ],
  ]
  for (const [format, message] of failing) {
    assert.throws(
      () => list(format),
      error =>
        error instanceof InvalidArgument &&
        error.message === message &&
        (format === '{{nil}}' || error.fix !== undefined),
    )
  }
  assert.throws(() => list('{{.Nope}}'), { fix: 'there are .Command, .ID, .Label, .Names, .Platform, .Tags' })
})
