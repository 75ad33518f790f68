/**
 * Layers whose files are never created: the layer's tar stays as it came, a small image beside it says where in the tar
 * each file is, and the kernel mounts both as one file system (EROFS, mounted from files since kernel 6.12).
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TarReader } from '#lib/tar/reader'
import { TAR_END, tarHeader, tarPadding } from '#lib/tar/writer'
import { type Mount, mountAt, unmount } from '#linux'
import { buildImage } from './erofs/image.ts'
import { ErofsTree } from './erofs/tree.ts'
import { LayerWriter } from './layer-writer.ts'

export interface MappedPaths {
  readonly tar: string
  readonly image: string
}

/** Where the parts of a mapped layer are in its snapshot's folder. */
export function mappedPathsIn(folder: string): MappedPaths {
  return { tar: join(folder, 'layer.tar'), image: join(folder, 'layer.erofs') }
}

export function mappedMount({ tar, image }: MappedPaths): Mount {
  return { type: 'erofs', source: image, options: ['ro', `device=${tar}`] }
}

/** Whether this kernel can do it, found out by doing it on the file system of `folder`. */
export function canMapLayers(folder: string): boolean {
  let trial: string | undefined
  try {
    trial = mkdtempSync(join(folder, 'trial-'))
    return tryMapping(trial)
  } catch {
    return false
  } finally {
    if (trial !== undefined) rmSync(trial, { recursive: true, force: true })
  }
}

function tryMapping(folder: string): boolean {
  const paths = mappedPathsIn(folder)
  const target = join(folder, 'fs')
  mkdirSync(target)
  const words = Buffer.from('mapped')
  const file = { type: 'file', name: 'file', mode: 0o644, size: words.length } as const
  const tar = Buffer.concat([tarHeader(file), words, tarPadding(words.length), TAR_END])
  const tree = new ErofsTree(0n)
  {
    using writer = new LayerWriter(tree)
    const reader = new TarReader(writer)
    reader.push(tar)
    reader.end()
  }
  writeFileSync(paths.tar, tar)
  writeFileSync(paths.image, buildImage(tree.root, tar.length))
  mountAt(target, mappedMount(paths))
  try {
    return readFileSync(join(target, 'file')).equals(words)
  } finally {
    unmount(target)
  }
}
