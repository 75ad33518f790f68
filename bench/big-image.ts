/**
 * A large image of real files, made from Debian packages: five layers, some 50,000 files. Made once, kept below
 * `.cache/`, as the storage of a reference registry.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { skopeoCopy, startDockerRegistry } from '../test/support/docker-registry.ts'

export const BIG_IMAGE = 'bench/big:latest'
/** The same but for its uppermost layer, which has one file more. */
export const CHANGED_IMAGE = 'bench/changed:latest'

const CACHE = join(import.meta.dirname, '../.cache/big-image')

/** One layer each. */
const LAYERS: readonly (readonly string[])[] = [
  ['perl', 'perl-modules-5.36', 'python3.11', 'libpython3.11-stdlib', 'git', 'gcc-12', 'cpp-12', 'g++-12'],
  ['golang-1.19-go', 'golang-1.19-src'],
  ['openjdk-17-jre-headless', 'openjdk-17-jdk-headless', 'libreoffice-core'],
  ['libllvm14', 'llvm-14', 'llvm-14-dev', 'libclang-cpp14'],
  ['libboost1.74-dev', 'adwaita-icon-theme', 'python3-sympy', 'texlive-fonts-recommended'],
]

/** A folder for `startDockerRegistry` in which the image is. */
export async function bigImageRegistry(): Promise<string> {
  const ready = join(CACHE, 'registry-2')
  if (existsSync(ready)) return ready
  process.stderr.write('bench: making a large image from Debian packages, once\n')
  const work = join(CACHE, 'work')
  rmSync(work, { recursive: true, force: true })
  const layout = join(work, 'layout')
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true })
  const layers = LAYERS.map((packages, index) => makeLayer(work, layout, packages, index))
  const changed = makeLayer(work, layout, LAYERS.at(-1) ?? [], LAYERS.length, 'something else')
  const storage = join(work, 'registry')
  mkdirSync(storage)
  const registry = await startDockerRegistry(storage)
  try {
    for (const [image, parts] of [
      [BIG_IMAGE, layers],
      [CHANGED_IMAGE, [...layers.slice(0, -1), changed]],
    ] as const) {
      writeLayout(layout, parts)
      skopeoCopy(`oci:${layout}:latest`, `docker://${registry.host}/${image}`)
    }
  } finally {
    await registry.stop()
  }
  renameSync(storage, ready)
  rmSync(work, { recursive: true })
  return ready
}

interface Layer {
  readonly digest: string
  readonly size: number
  readonly diffId: string
}

/** @param note what stands in a file of its own, if there is to be one */
function makeLayer(work: string, layout: string, packages: readonly string[], index: number, note?: string): Layer {
  const downloads = join(work, `packages-${index}`)
  const root = join(work, `root-${index}`)
  mkdirSync(downloads)
  mkdirSync(root)
  must('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...packages], { cwd: downloads })
  for (const name of readdirSync(downloads)) must('dpkg-deb', ['-x', join(downloads, name), root])
  if (note !== undefined) writeFileSync(join(root, 'note'), note)
  const tar = join(work, `layer-${index}.tar`)
  must('tar', ['--sort=name', '--numeric-owner', '-cf', tar, '-C', root, '.'])
  const compressed = `${tar}.gz`
  const output = openSync(compressed, 'w')
  must('gzip', ['-c', tar], { stdio: ['ignore', output, 'inherit'] })
  closeSync(output)
  const layer = { digest: sha256(compressed), size: statSync(compressed).size, diffId: sha256(tar) }
  renameSync(compressed, join(layout, 'blobs/sha256', layer.digest))
  for (const path of [downloads, root, tar]) rmSync(path, { recursive: true })
  return layer
}

function writeLayout(layout: string, layers: readonly Layer[]): void {
  const blob = (document: object) => {
    const text = JSON.stringify(document)
    const digest = createHash('sha256').update(text).digest('hex')
    writeFileSync(join(layout, 'blobs/sha256', digest), text)
    return { digest: `sha256:${digest}`, size: Buffer.byteLength(text) }
  }
  const config = blob({
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/usr/bin/perl', '-v'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => `sha256:${diffId}`) },
  })
  const manifest = blob({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: `sha256:${digest}`,
      size,
    })),
  })
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...manifest,
    annotations: { 'org.opencontainers.image.ref.name': 'latest' },
  }
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

function sha256(path: string): string {
  const [digest = ''] = spawnSync('sha256sum', ['-b', path], { encoding: 'utf8' }).stdout.split(' ')
  return digest
}

function must(file: string, args: readonly string[], options: object = {}): void {
  const { status, stderr } = spawnSync(file, args, options)
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`)
}
