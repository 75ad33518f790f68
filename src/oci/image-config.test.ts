import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GantryError } from '#lib/errors'
import { formatRfc3339Nano } from '#lib/time'
import { descriptor } from './descriptor.ts'
import { digestOf } from './digest.ts'
import type { Manifest } from './document.ts'
import { parseImageConfig } from './image-config.ts'
import { chainIds, checkLayers, historySteps } from './layers.ts'
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from './media-type.ts'

const CONFIG = {
  architecture: 'arm64',
  variant: 'v8',
  os: 'linux',
  'os.version': '1',
  'os.features': ['f'],
  created: '2026-11-23T06:17:00.000000001Z',
  author: 'somebody',
  comment: 'c',
  docker_version: '28.5.2',
  parent: 'p',
  config: {
    User: '1000',
    Env: ['PATH=/bin', 'AWS_KEY', '=x', '__proto__=1'],
    Entrypoint: ['/bin/sh'],
    Cmd: [],
    WorkingDir: '/w',
    ExposedPorts: { '80/tcp': {}, '53/udp': null },
    Volumes: { '/data': {} },
    Labels: { constructor: 'x' },
    StopSignal: 'SIGINT',
    StopTimeout: 3,
    Healthcheck: { Test: ['CMD', 'true'], Interval: 1e9, Timeout: 2e9, StartPeriod: 3, StartInterval: 4, Retries: 5 },
    Shell: ['/bin/bash', '-c'],
    OnBuild: ['RUN x'],
    ArgsEscaped: true,
  },
  rootfs: { type: 'layers', diff_ids: [digestOf('a'), digestOf('b')] },
  history: [
    { created: '2026-11-23T06:17:00Z', created_by: 'ADD', author: 'x', comment: 'y' },
    { created_by: 'ENV', empty_layer: true },
    { created_by: 'RUN' },
  ],
}

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

test('every member is read', () => {
  const raw = bytes({ ...CONFIG, config: { ...CONFIG.config, Labels: JSON.parse('{"__proto__":"y"}') } })
  const config = parseImageConfig(raw)
  assert.equal(config.raw, raw)
  assert.equal(config.id, digestOf(raw))
  assert.deepEqual(config.platform, {
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    osVersion: '1',
    osFeatures: ['f'],
  })
  assert.equal(formatRfc3339Nano(config.created ?? 0n), CONFIG.created)
  assert.deepEqual(
    [config.author, config.comment, config.dockerVersion, config.parent],
    ['somebody', 'c', '28.5.2', 'p'],
  )
  assert.deepEqual(config.diffIds, CONFIG.rootfs.diff_ids)
  assert.deepEqual(Object.entries(config.defaults.labels), [['__proto__', 'y']])
  assert.deepEqual(
    { ...config.defaults, labels: {} },
    {
      user: '1000',
      env: CONFIG.config.Env,
      entrypoint: ['/bin/sh'],
      cmd: [],
      workingDir: '/w',
      exposedPorts: ['80/tcp', '53/udp'],
      volumes: ['/data'],
      labels: {},
      stopSignal: 'SIGINT',
      stopTimeout: 3,
      healthcheck: { test: ['CMD', 'true'], interval: 1e9, timeout: 2e9, startPeriod: 3, startInterval: 4, retries: 5 },
      shell: ['/bin/bash', '-c'],
      onBuild: ['RUN x'],
      argsEscaped: true,
    },
  )
  assert.equal(config.history[0]?.createdBy, 'ADD')
  assert.equal(config.history[1]?.emptyLayer, true)
})

test('null and absence mean "not set", as in Go', () => {
  const nulls = Object.fromEntries(Object.keys(CONFIG).map(key => [key, null]))
  for (const config of [nulls, {}]) {
    const read = parseImageConfig(bytes({ ...config, rootfs: {} }))
    assert.equal(read.created, undefined)
    assert.equal(read.platform.os, '')
    assert.deepEqual(read.diffIds, [])
    assert.deepEqual(read.history, [])
    assert.equal(read.defaults.cmd, undefined)
    assert.equal(read.defaults.healthcheck, undefined)
    assert.equal(read.defaults.stopTimeout, undefined)
    assert.deepEqual(read.defaults.env, [])
  }
  assert.equal(parseImageConfig(bytes({ rootfs: {}, created: '0001-01-01T00:00:00Z' })).created, undefined)
  assert.deepEqual(parseImageConfig(bytes({ rootfs: {}, history: [null] })).history[0]?.createdBy, '')
})

test('wrong types are named', () => {
  const refused: [unknown, RegExp][] = [
    [{}, /^invalid image JSON, no RootFS key$/],
    [{ rootfs: null }, /no RootFS key/],
    [{ rootfs: { type: 'tree' } }, /rootfs\.type: "tree", only "layers" is known/],
    [{ rootfs: { diff_ids: ['sha256:x'] } }, /rootfs\.diff_ids\[0\]: "sha256:x"/],
    [{ rootfs: { diff_ids: [null] } }, /rootfs\.diff_ids\[0\]/],
    [{ rootfs: {}, created: 'yesterday' }, /created: "yesterday" is no RFC 3339 time/],
    [{ rootfs: {}, config: { Env: 'A=B' } }, /config\.Env: not a list/],
    [{ rootfs: {}, config: { Cmd: [1] } }, /config\.Cmd\[0\]: not a string/],
    [{ rootfs: {}, config: { Volumes: { '/x': 1 } } }, /config\.Volumes\."\/x": not an object/],
    [{ rootfs: {}, config: { Labels: { x: 1 } } }, /config\.Labels\."x": not a string/],
    [{ rootfs: {}, history: [{ empty_layer: 'yes' }] }, /history\[0\]\.empty_layer: not true or false/],
    [{ rootfs: {}, config: { Healthcheck: { Retries: 1e300 } } }, /Healthcheck\.Retries: not a whole number/],
  ]
  for (const [config, message] of refused) {
    assert.throws(() => parseImageConfig(bytes(config)), { kind: 'invalid-argument', message })
  }
})

test('two thousand mutations either parse or are refused with an error of ours', () => {
  const values = [
    null,
    0,
    -1,
    1e308,
    '',
    'x',
    [],
    {},
    [[]],
    [null],
    { a: null },
    true,
    '\0',
    '\ud800',
    '9'.repeat(5000),
  ]
  let state = 7
  const random = (below: number) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5
    return (state >>> 8) % below
  }
  let refused = 0
  for (let i = 0; i < 2000; i++) {
    const copy = JSON.parse(JSON.stringify(CONFIG))
    let at = copy
    for (let level = 0; level < 4; level++) {
      const keys = Object.keys(at)
      const key = keys[random(keys.length)]
      if (key === undefined) break
      if (level === 3 || random(3) === 0 || typeof at[key] !== 'object' || at[key] === null) {
        at[key] = values[random(values.length)]
        break
      }
      at = at[key]
    }
    let raw = bytes(copy)
    if (random(10) === 0) raw = raw.subarray(0, random(raw.length))
    try {
      historySteps(parseImageConfig(raw))
    } catch (error) {
      assert.ok(error instanceof GantryError && error.kind === 'invalid-argument', String(error))
      assert.ok(error.message.length < 1000)
      refused++
    }
  }
  assert.ok(refused > 500 && refused < 2000, `${refused} refused`)
})

test('chain ids are those of the specification', () => {
  const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')]
  assert.deepEqual(chainIds([]), [])
  const ab = digestOf(`${a} ${b}`)
  assert.deepEqual(chainIds([a, b, c]), [a, ab, digestOf(`${ab} ${c}`)])
})

test('history and layers belong together', () => {
  const config = parseImageConfig(bytes(CONFIG))
  assert.deepEqual(
    historySteps(config).map(({ layer }) => layer),
    [0, undefined, 1],
  )
  assert.deepEqual(historySteps({ ...config, history: [] }), [])
  assert.throws(() => historySteps({ ...config, diffIds: [digestOf('a')] }), /too many non-empty layers in History/)
  const layer = descriptor(OCI_LAYER, digestOf('l'), 1)
  const manifest: Manifest = {
    kind: 'manifest',
    mediaType: OCI_MANIFEST,
    config: descriptor(OCI_CONFIG, config.id, config.raw.length),
    layers: [layer, layer],
    subject: undefined,
    artifactType: '',
    annotations: {},
  }
  checkLayers(manifest, config)
  assert.throws(() => checkLayers({ ...manifest, layers: [layer] }, config), {
    message: /^layers from manifest don't match image configuration \(1 layers, 2 diff ids/,
  })
})
