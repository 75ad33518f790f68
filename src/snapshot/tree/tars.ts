import { TAR_END, tarHeader } from '#lib/tar/writer'
import { StackedFolder } from './layers.ts'
import { TreePacker } from './member.ts'

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

/** The whole tree that shows through a stack of layers, uppermost first, as a tar: names are relative, in order. */
export function mergedTar(layers: readonly string[]): AsyncGenerator<Buffer> {
  return packed(layers, (packer, root) => mergedFolder(packer, root, '', 1))
}

async function* packed(
  layers: readonly string[],
  members: (packer: TreePacker, root: StackedFolder) => AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  const packer = new TreePacker()
  using root = StackedFolder.open(layers)
  yield* members(packer, root)
  yield* packer.bytes(TAR_END)
  yield packer.flush()
}

async function* mergedFolder(
  packer: TreePacker,
  folder: StackedFolder,
  prefix: string,
  depth: number,
): AsyncGenerator<Buffer> {
  for (const name of folder.names()) {
    using file = folder.find(name)
    if (file === undefined) continue
    yield* packer.file(prefix + name, file)
    if (file.kind !== 'dir') continue
    using inner = folder.below(name, depth)
    yield* mergedFolder(packer, inner, `${prefix}${name}/`, depth + 1)
  }
}

/**
 * What one layer holds as the tar of an image's layer, whiteouts as its specification has them (OCI image-spec,
 * layer.md); undefined where it holds nothing.
 */
export function layerTar(layer: string): AsyncGenerator<Buffer> | undefined {
  using root = StackedFolder.open([layer])
  if (root.names().length === 0) return undefined
  return packed([layer], (packer, folder) => layerFolder(packer, folder, '', 1))
}

async function* layerFolder(
  packer: TreePacker,
  folder: StackedFolder,
  prefix: string,
  depth: number,
): AsyncGenerator<Buffer> {
  for (const name of folder.names()) {
    using file = folder.top(name)
    if (file === undefined) continue
    if (file.isWhiteout) {
      yield* packer.bytes(tarHeader({ type: 'file', name: `${prefix}${WHITEOUT}${name}` }))
      continue
    }
    yield* packer.file(prefix + name, file)
    if (file.kind !== 'dir') continue
    if (file.isOpaque) yield* packer.bytes(tarHeader({ type: 'file', name: `${prefix}${name}/${OPAQUE}` }))
    using inner = folder.below(name, depth)
    yield* layerFolder(packer, inner, `${prefix}${name}/`, depth + 1)
  }
}
