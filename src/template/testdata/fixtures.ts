import { readFileSync } from 'node:fs'
import { NotFound } from '#lib/errors'
import type { Data, MissingKey, Value } from '../index.ts'
import {
  ANY,
  BOOL,
  FLOAT64,
  field,
  func,
  funcType,
  INT,
  INT64,
  int,
  integerOf,
  map,
  mapOf,
  method,
  named,
  parseJsonExact,
  pointer,
  pointerTo,
  row,
  STRING,
  slice,
  sliceOf,
  struct,
  structType,
  textOf,
  UINT8,
  UINT64,
  view,
} from '../index.ts'

/** The types and values of oracle.go, as this room sees them. */

/** What oracle.go wrote: template, data, missingkey, what Go wrote, Go's error or ''. */
export type Golden = readonly [string, string, MissingKey, string, string]

export function golden(): readonly Golden[] {
  return lines('golden.jsonl')
}

/** Texts and what the table writer of Docker's command line makes of them (least width 10, padding 3). */
export function tables(): readonly (readonly [string, string])[] {
  return lines('tables.jsonl')
}

function lines<T>(name: string): T[] {
  const text = file(name).trimEnd().split('\n')
  return text.map((line): T => JSON.parse(line))
}

const file = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

const HEALTH = structType('main.Health', { Status: STRING, FailingStreak: INT, Log: sliceOf(STRING) })
const STATE = structType('main.State', {
  Status: STRING,
  Running: BOOL,
  Pid: INT,
  ExitCode: INT,
  Error: STRING,
  StartedAt: STRING,
  Health: field(pointerTo(HEALTH), { omitEmpty: true }),
})
const PORT_BINDING = structType('main.PortBinding', { HostIp: STRING, HostPort: STRING })
const ENDPOINT = structType('main.Endpoint', {
  IPAddress: STRING,
  Gateway: STRING,
  IPPrefixLen: INT,
  Aliases: sliceOf(STRING),
  MacAddress: STRING,
})
const NETWORK_SETTINGS = structType('main.NetworkSettings', {
  Ports: mapOf(sliceOf(PORT_BINDING), named('string', 'main.PortKey')),
  Networks: mapOf(pointerTo(ENDPOINT)),
})
const MOUNT = structType('main.Mount', { Type: STRING, Name: STRING, Source: STRING, Destination: STRING, RW: BOOL })
const CONFIG = structType('main.Config', {
  Hostname: STRING,
  Env: sliceOf(STRING),
  Cmd: sliceOf(STRING),
  Labels: mapOf(STRING),
  Volumes: mapOf(structType('struct {}', {})),
  Tty: BOOL,
})
const HOST_CONFIG = structType('main.HostConfig', {
  Memory: INT64,
  NanoCpus: INT64,
  CpuShares: INT64,
  Privileged: BOOL,
  Binds: sliceOf(STRING),
})
const DURATION = named('int', 'time.Duration', nanos => `${nanos / 1_000_000_000n}s`)
const CONTAINER = structType('main.Container', {
  ID: field(STRING, { json: 'Id' }),
  Created: STRING,
  Path: STRING,
  Args: sliceOf(STRING),
  State: pointerTo(STATE),
  Name: STRING,
  RestartCount: INT,
  SizeRw: field(pointerTo(INT64), { omitEmpty: true }),
  Mounts: sliceOf(MOUNT),
  Config: pointerTo(CONFIG),
  HostConfig: HOST_CONFIG,
  NetworkSettings: pointerTo(NETWORK_SETTINGS),
  Kind: named('string', 'main.ContainerKind'),
  Load: FLOAT64,
  Interval: DURATION,
  Level: UINT8,
  Any: ANY,
})

function member(data: Data, name: string): Data {
  return data instanceof Map ? data.get(name) : undefined
}

function aRow(): Value {
  const labels = new Map([
    ['app', 'shop'],
    ['com.example/team', 'web'],
  ])
  return row('*main.Row', {
    ID: () => '4c01db0b339c',
    Names: () => 'web_1',
    Command: () => `"nginx -g 'daemon off; > /dev/null'"`,
    Size: () => 42,
    Tags: () => slice(STRING, ['a', 'b']),
    Empty: () => '',
    Label: method([STRING], ([key]) => labels.get(textOf(key)) ?? ''),
    Add: method([INT, INT], ([a, b]) => integerOf(a) + integerOf(b)),
  })
}

function aFailing(): Value {
  return struct('*main.Failing', {
    Fail: () => {
      throw new NotFound('no such thing')
    },
    Fine: () => 'fine',
  })
}

function aHolder(): Value {
  const pair = view(PORT_BINDING, { HostIp: '0.0.0.0', HostPort: '80' })
  return struct('main.Holder', {
    Greet: func({ ...funcType([STRING]), name: 'func(string) string' }, ([name]) => `hello ${textOf(name)}`),
    Add: func({ ...funcType([INT, INT]), name: 'func(int, int) int' }, ([a, b]) => integerOf(a) + integerOf(b)),
    Nil: pointer(pointerTo(HEALTH), undefined),
    Ints: slice(INT, [3, 1, 2]),
    Bytes: slice(UINT8, [int(104, UINT8), int(105, UINT8), int(33, UINT8)]),
    Strs: map(mapOf(STRING), new Map([['k', 'v']])),
    Nums: map(mapOf(INT), new Map([['n', 7]])),
    Boxes: [1, 'a', null],
    Pair: pair,
    Same: view(PORT_BINDING, { HostIp: '0.0.0.0', HostPort: '80' }),
    Ptr: pointer(pointerTo(PORT_BINDING), pair),
    U: int(5, UINT64),
    Big: int(18446744073709551615n, UINT64),
  })
}

/** The named data of golden.jsonl. */
export function fixtures(): ReadonlyMap<string, Data> {
  const text = file('data.json')
  const exact = parseJsonExact(text)
  const plain: { readonly any: Data } = JSON.parse(text)
  return new Map<string, Data>([
    ['container', pointer(pointerTo(CONTAINER), view(CONTAINER, member(exact, 'container')))],
    ['stopped', pointer(pointerTo(CONTAINER), view(CONTAINER, member(exact, 'stopped')))],
    ['raw', member(exact, 'container')],
    ['any', plain.any],
    ['row', aRow()],
    ['failing', aFailing()],
    ['holder', aHolder()],
    ['nil', null],
    ['string', 'hello world'],
    ['int', 7],
    ['list', slice(STRING, ['a', 'b', 'c'])],
    [
      'header',
      map(
        mapOf(STRING),
        new Map([
          ['ID', 'CONTAINER ID'],
          ['Names', 'NAMES'],
          ['Command', 'COMMAND'],
        ]),
      ),
    ],
  ])
}
