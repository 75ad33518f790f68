import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from './digest.ts'
import { parseImageDocument, parseIndex, parseManifest } from './document.ts'
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  mediaTypeOfHeader,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER_GZIP,
  OCI_MANIFEST,
} from './media-type.ts'

const LAYER = { mediaType: OCI_LAYER_GZIP, digest: digestOf('layer'), size: 5 }
const CONFIG = { mediaType: OCI_CONFIG, digest: digestOf('config'), size: 6 }
const MANIFEST = { schemaVersion: 2, config: CONFIG, layers: [LAYER, LAYER] }
const INDEX = { schemaVersion: 2, manifests: [{ mediaType: OCI_MANIFEST, digest: digestOf('m'), size: 1 }] }

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

test('manifests and indexes of both families', () => {
  for (const mediaType of [OCI_MANIFEST, DOCKER_MANIFEST]) {
    const parsed = parseManifest(bytes({ ...MANIFEST, mediaType }), { mediaType })
    assert.equal(parsed.mediaType, mediaType)
    assert.equal(parsed.config.digest, CONFIG.digest)
    assert.equal(parsed.layers.length, 2)
    assert.equal(parsed.layers[1]?.size, 5)
  }
  for (const mediaType of [OCI_INDEX, DOCKER_LIST]) {
    assert.equal(parseIndex(bytes({ ...INDEX, mediaType }), { mediaType }).manifests[0]?.digest, digestOf('m'))
  }
})

test('the type comes from the source, else from the document, else from its shape', () => {
  assert.equal(parseImageDocument(bytes(MANIFEST), { mediaType: DOCKER_MANIFEST }).mediaType, DOCKER_MANIFEST)
  assert.equal(parseImageDocument(bytes({ ...MANIFEST, mediaType: DOCKER_MANIFEST })).mediaType, DOCKER_MANIFEST)
  const generic = { mediaType: mediaTypeOfHeader('Application/JSON; charset=utf-8') }
  assert.equal(parseImageDocument(bytes({ ...INDEX, mediaType: OCI_INDEX }), generic).kind, 'index')
  assert.equal(parseImageDocument(bytes(MANIFEST), generic).mediaType, OCI_MANIFEST)
  assert.equal(parseImageDocument(bytes(INDEX)).mediaType, OCI_INDEX)
})

test('members of descriptors', () => {
  const full = {
    ...LAYER,
    urls: ['https://example.com/x'],
    annotations: { __proto__x: 'a', constructor: 'b' },
    platform: { os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': '1', 'os.features': ['f'] },
    artifactType: 'application/x',
    data: Buffer.from('layer').toString('base64'),
  }
  const [read] = parseIndex(bytes({ ...INDEX, manifests: [full], annotations: { a: 'b' }, subject: CONFIG })).manifests
  assert.deepEqual(read?.urls, full.urls)
  assert.equal(read?.annotations['constructor'], 'b')
  assert.equal(read?.annotations['toString'], undefined)
  assert.equal(read?.platform?.osVersion, '1')
  assert.deepEqual(Buffer.from(read?.data ?? []).toString(), 'layer')
})

test('a document that two programs could read differently is refused', () => {
  const refused: [string, unknown, string | undefined, RegExp][] = [
    ['both shapes', { ...MANIFEST, ...INDEX }, undefined, /both layers and manifests/],
    ['both shapes, typed', { ...MANIFEST, ...INDEX, mediaType: OCI_INDEX }, OCI_INDEX, /both layers and manifests/],
    ['null is there too', { ...MANIFEST, manifests: null }, OCI_MANIFEST, /both layers and manifests/],
    ['another case', { ...MANIFEST, Manifests: INDEX.manifests }, OCI_MANIFEST, /"Manifests" stands for "manifests"/],
    ['header differs', { ...MANIFEST, mediaType: OCI_MANIFEST }, DOCKER_MANIFEST, /announced as/],
    ['index announced as manifest', INDEX, OCI_MANIFEST, /expected a manifest but found an index/],
    ['manifest announced as index', MANIFEST, OCI_INDEX, /expected an index but found a manifest/],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, undefined, /schema 1 support has been removed/],
    ['schema 1 in a wrapper', { ...MANIFEST, fsLayers: [] }, OCI_MANIFEST, /schema 1 support has been removed/],
    [
      'signed schema 1',
      MANIFEST,
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      /schema 1 support has been removed/,
    ],
    ['no image', MANIFEST, 'application/vnd.cncf.helm.config.v1+json', /^unsupported media type "application/],
    ['version', { ...MANIFEST, schemaVersion: 3 }, OCI_MANIFEST, /schemaVersion: 3, only 2 is known/],
    ['a list', [], undefined, /not an object/],
    ['null', null, undefined, /config.mediaType/],
  ]
  for (const [name, document, mediaType, message] of refused) {
    const source = mediaType === undefined ? {} : { mediaType }
    assert.throws(() => parseImageDocument(bytes(document), source), { kind: 'invalid-argument', message }, name)
  }
  assert.throws(() => parseManifest(bytes(INDEX)), /expected a manifest but found an index/)
  assert.throws(() => parseIndex(bytes(MANIFEST)), /expected an index but found a manifest/)
  assert.throws(() => parseImageDocument(bytes({ schemaVersion: 1 }), { reference: 'docker.io/library/old:1' }), {
    message: /Suggest the author of docker\.io\/library\/old:1 to upgrade/,
  })
})

test('bad descriptors are named', () => {
  const refused: [unknown, RegExp][] = [
    [{ ...LAYER, digest: 'sha256:../../x' }, /layers\[0\]\.digest: "sha256:..\/..\/x": invalid checksum digest format/],
    [{ ...LAYER, digest: LAYER.digest.toUpperCase() }, /layers\[0\]\.digest/],
    [{ ...LAYER, size: -1 }, /layers\[0\]\.size: negative/],
    [{ ...LAYER, size: 1.5 }, /layers\[0\]\.size: not a whole number/],
    [{ ...LAYER, size: '5' }, /layers\[0\]\.size: not a whole number/],
    [{ ...LAYER, size: 2 ** 53 }, /layers\[0\]\.size: not a whole number/],
    [{ ...LAYER, mediaType: 'x' }, /layers\[0\]\.mediaType: "x" is no media type/],
    [{ ...LAYER, urls: 'https://x' }, /layers\[0\]\.urls: not a list/],
    [{ ...LAYER, data: 'AAAA' }, /layers\[0\]\.data: does not have the size and digest/],
    [null, /layers\[0\]\.mediaType: "" is no media type/],
    [7, /layers\[0\]: not an object/],
  ]
  for (const [layer, message] of refused) {
    assert.throws(() => parseManifest(bytes({ ...MANIFEST, layers: [layer] })), { kind: 'invalid-argument', message })
  }
})

test('bombs are refused', () => {
  const layers = Array.from({ length: 1001 }, () => LAYER)
  assert.throws(() => parseManifest(bytes({ ...MANIFEST, layers })), /layers: 1001 entries, at most 1000 are read/)
  assert.throws(() => parseManifest(Buffer.alloc(4 * 1024 * 1024 + 1, ' ')), /at most 4194304 are read/)
  assert.throws(() => parseManifest(Buffer.alloc(4 * 1024 * 1024, '{"a":')), /nested deeper/)
})
