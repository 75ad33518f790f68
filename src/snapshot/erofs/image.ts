import { encodeName } from '#lib/tar/name'
import {
  BLOCK_BITS,
  BLOCK_BYTES,
  CHUNK_BITS_MAX,
  CHUNK_ENTRIES,
  CHUNK_ENTRY_BYTES,
  DEVICE_BYTES,
  DIRENT_BYTES,
  FEATURE_CHUNKED_FILE,
  FEATURE_DEVICE_TABLE,
  FILE_TYPES,
  INODE_BYTES,
  LAYOUT_CHUNKS,
  LAYOUT_PLAIN,
  LONG_FORM,
  MODE_TYPES,
  NODE_UNIT_BYTES,
  SUPER_BYTES,
  SUPER_MAGIC,
  SUPER_OFFSET,
  XATTR_ENTRY_BYTES,
  XATTR_HEADER_BYTES,
  XATTR_PREFIXES,
} from './format.ts'
import { type FolderNode, type Node, NotMappable } from './tree.ts'

const NANOS = 1_000_000_000n
/** Block numbers have 32 bits. */
const TAR_MAX_BYTES = 2 ** 32 * BLOCK_BYTES
const XATTR_AREA_MAX_BYTES = 4 * 0xffff
/** The one further device: the tar. */
const TAR_DEVICE = 1
const PIECE_BYTES = 1024 * 1024
const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES)
const DEVICE_SLOT = (SUPER_OFFSET + SUPER_BYTES) / DEVICE_BYTES

/** A node with its place in the image. */
interface Placed {
  readonly node: Node
  readonly number: number
  readonly offset: number
  readonly xattrs: Buffer
  links: number
  /** Of the data of folders and links: how much it is, and where it begins, in blocks. */
  contentBytes: number
  block: number
}

/**
 * The image of a file system whose folders and attributes are in it and whose files are in a tar of `tarBytes` bytes,
 * to be mounted with the tar as its further device; in pieces, so that it is never in memory as a whole.
 * @throws NotMappable for what the format cannot hold, before the first piece
 */
export function* imageParts(root: FolderNode, tarBytes: number): Generator<Buffer, void> {
  if (tarBytes > TAR_MAX_BYTES) throw new NotMappable('the tar is too large')
  const placed = place(root)
  const nodes = [...placed.values()]
  const last = nodes.at(-1)
  const dataStart = last === undefined ? 0 : roundUp(last.offset + inodeBytes(last.node, last.xattrs), BLOCK_BYTES)
  let block = dataStart / BLOCK_BYTES
  for (const at of nodes) {
    at.contentBytes = contentBytes(at.node)
    at.block = block
    block += roundUp(at.contentBytes, BLOCK_BYTES) / BLOCK_BYTES
  }
  const head = Buffer.alloc(dataStart)
  writeSuper(head, { inodes: nodes.length, blocks: block, root: nodes[0]?.offset ?? 0, tarBytes })
  for (const at of nodes) writeInode(head, at)
  yield head
  yield* contents(nodes, placed)
}

export function buildImage(root: FolderNode, tarBytes: number): Buffer {
  return Buffer.concat([...imageParts(root, tarBytes)])
}

/** What folders and links hold, each filled up to a whole block, many in a piece. */
function* contents(nodes: readonly Placed[], placed: ReadonlyMap<Node, Placed>): Generator<Buffer, void> {
  let parts: Buffer[] = []
  let bytes = 0
  for (const { node } of nodes) {
    const content = contentOf(node, placed)
    if (content === undefined || content.length === 0) continue
    const padding = roundUp(content.length, BLOCK_BYTES) - content.length
    parts.push(content, ZERO_BLOCK.subarray(0, padding))
    bytes += content.length + padding
    if (bytes < PIECE_BYTES) continue
    yield Buffer.concat(parts)
    parts = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(parts)
}

/** Every node once, whatever names it has, the root first: its number has to fit into 16 bits. */
function place(root: FolderNode): Map<Node, Placed> {
  const placed = new Map<Node, Placed>()
  let offset = (DEVICE_SLOT + 1) * DEVICE_BYTES
  const add = (node: Node) => {
    const known = placed.get(node)
    if (known !== undefined) {
      known.links++
      return
    }
    const xattrs = encodeXattrs(node)
    placed.set(node, { node, number: placed.size + 1, offset, xattrs, links: 1, contentBytes: 0, block: 0 })
    offset = roundUp(offset + inodeBytes(node, xattrs), NODE_UNIT_BYTES)
  }
  add(root)
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const self = placed.get(folder)
    for (const child of folder.children.values()) {
      add(child)
      if (child.kind !== 'folder') continue
      folders.push(child)
      if (self !== undefined) self.links++
    }
    // A folder is also its own `.`.
    if (self !== undefined) self.links++
  }
  return placed
}

function inodeBytes(node: Node, xattrs: Buffer): number {
  const bytes = INODE_BYTES + xattrs.length
  return isInTar(node) ? roundUp(bytes, CHUNK_ENTRY_BYTES) + CHUNK_ENTRY_BYTES : bytes
}

function isInTar(node: Node): boolean {
  return node.kind === 'file' && node.size > 0
}

function contentBytes(node: Node): number {
  if (node.kind === 'symlink') return encodeName(node.target).length
  if (node.kind !== 'folder') return 0
  const names = [...node.children.keys(), '.', '..'].map(encodeName).sort(Buffer.compare)
  let bytes = 0
  for (const [from, to] of blocksOf(names)) {
    bytes += to === names.length ? usedBytes(names.slice(from)) : BLOCK_BYTES
  }
  return bytes
}

function contentOf(node: Node, placed: ReadonlyMap<Node, Placed>): Buffer | undefined {
  if (node.kind === 'symlink') return encodeName(node.target)
  return node.kind === 'folder' ? encodeFolder(node, placed) : undefined
}

interface Dirent {
  readonly name: Buffer
  readonly nid: bigint
  readonly type: number
}

/** Blocks of entries and then their names, in the order of the names' bytes throughout. */
function encodeFolder(folder: FolderNode, placed: ReadonlyMap<Node, Placed>): Buffer {
  const entry = (name: string, node: Node): Dirent => ({
    name: encodeName(name),
    nid: BigInt((placed.get(node)?.offset ?? 0) / NODE_UNIT_BYTES),
    type: FILE_TYPES[node.kind],
  })
  const entries = [
    entry('.', folder),
    entry('..', folder.parent ?? folder),
    ...[...folder.children].map(([name, node]) => entry(name, node)),
  ].sort((a, b) => Buffer.compare(a.name, b.name))
  const blocks: Buffer[] = []
  for (const [from, to] of blocksOf(entries.map(({ name }) => name))) {
    blocks.push(encodeBlock(entries.slice(from, to), to === entries.length))
  }
  return Buffer.concat(blocks)
}

/** Which entries go into one block: from the one to before the other. */
function* blocksOf(names: readonly Buffer[]): Generator<readonly [from: number, to: number], void> {
  let from = 0
  let bytes = 0
  for (const [at, { length }] of names.entries()) {
    bytes += DIRENT_BYTES + length
    if (bytes <= BLOCK_BYTES) continue
    yield [from, at]
    from = at
    bytes = DIRENT_BYTES + length
  }
  yield [from, names.length]
}

function usedBytes(names: readonly Buffer[]): number {
  return names.reduce((sum, { length }) => sum + DIRENT_BYTES + length, 0)
}

function encodeBlock(entries: readonly Dirent[], isLast: boolean): Buffer {
  const block = Buffer.alloc(isLast ? usedBytes(entries.map(({ name }) => name)) : BLOCK_BYTES)
  let nameAt = entries.length * DIRENT_BYTES
  entries.forEach(({ name, nid, type }, i) => {
    const at = i * DIRENT_BYTES
    block.writeBigUInt64LE(nid, at)
    block.writeUInt16LE(nameAt, at + 8)
    block.writeUInt8(type, at + 10)
    block.set(name, nameAt)
    nameAt += name.length
  })
  return block
}

/** Attributes stand behind their inode: a header, then each with its prefix as a number. */
function encodeXattrs({ attributes: { xattrs } }: Node): Buffer {
  if (xattrs.size === 0) return NO_XATTRS
  const parts: Buffer[] = [Buffer.alloc(XATTR_HEADER_BYTES)]
  for (const [name, value] of xattrs) {
    const prefix = XATTR_PREFIXES.find(([text, , whole]) => (whole ? name === text : name.startsWith(text)))
    // As on a disk that does not know an attribute: no reason to refuse an image.
    if (prefix === undefined) continue
    const suffix = encodeName(name.slice(prefix[0].length))
    // The kernel does not set one without a name either.
    if (suffix.length === 0 && !prefix[2]) continue
    if (suffix.length > 255 || value.length > 0xffff) throw new NotMappable('an attribute is too large')
    const bytes = XATTR_ENTRY_BYTES + suffix.length + value.length
    const entry = Buffer.alloc(roundUp(bytes, XATTR_ENTRY_BYTES))
    entry.writeUInt8(suffix.length, 0)
    entry.writeUInt8(prefix[1], 1)
    entry.writeUInt16LE(value.length, 2)
    entry.set(suffix, XATTR_ENTRY_BYTES)
    entry.set(value, XATTR_ENTRY_BYTES + suffix.length)
    parts.push(entry)
  }
  if (parts.length === 1) return NO_XATTRS
  const area = Buffer.concat(parts)
  if (area.length > XATTR_AREA_MAX_BYTES) throw new NotMappable('a file has too many attributes')
  return area
}

const NO_XATTRS = Buffer.alloc(0)

function writeSuper(
  image: Buffer,
  facts: { readonly inodes: number; readonly blocks: number; readonly root: number; readonly tarBytes: number },
): void {
  const at = SUPER_OFFSET
  image.writeUInt32LE(SUPER_MAGIC, at)
  image.writeUInt8(BLOCK_BITS, at + 12)
  image.writeUInt16LE(facts.root / NODE_UNIT_BYTES, at + 14)
  image.writeBigUInt64LE(BigInt(facts.inodes), at + 16)
  image.writeUInt32LE(facts.blocks, at + 36)
  image.writeUInt32LE(FEATURE_CHUNKED_FILE | FEATURE_DEVICE_TABLE, at + 80)
  image.writeUInt16LE(1, at + 86)
  image.writeUInt16LE(DEVICE_SLOT, at + 88)
  // Of the device: how many blocks it has.
  image.writeUInt32LE(roundUp(facts.tarBytes, BLOCK_BYTES) / BLOCK_BYTES, DEVICE_SLOT * DEVICE_BYTES + 64)
}

function writeInode(image: Buffer, placed: Placed): void {
  const { node, number, offset, xattrs, links } = placed
  const { uid, gid, mode, mtime } = node.attributes
  const nanos = ((mtime % NANOS) + NANOS) % NANOS
  image.writeUInt16LE(LONG_FORM | (isInTar(node) ? LAYOUT_CHUNKS : LAYOUT_PLAIN), offset)
  if (xattrs.length > 0) image.writeUInt16LE((xattrs.length - XATTR_HEADER_BYTES) / XATTR_ENTRY_BYTES + 1, offset + 2)
  image.writeUInt16LE(MODE_TYPES[node.kind] | (mode & 0o7777), offset + 4)
  image.writeBigUInt64LE(BigInt(node.kind === 'file' ? node.size : placed.contentBytes), offset + 8)
  image.writeUInt32LE(number, offset + 20)
  image.writeUInt32LE(uid, offset + 24)
  image.writeUInt32LE(gid, offset + 28)
  image.writeBigInt64LE((mtime - nanos) / NANOS, offset + 32)
  image.writeUInt32LE(Number(nanos), offset + 40)
  image.writeUInt32LE(links, offset + 44)
  image.set(xattrs, offset + INODE_BYTES)
  switch (node.kind) {
    case 'file':
      if (node.size > 0) writeChunk(image, offset, offset + INODE_BYTES + xattrs.length, node.offset, node.size)
      return
    case 'folder':
    case 'symlink':
      image.writeUInt32LE(placed.block, offset + 16)
      return
    case 'char':
    case 'block':
    case 'fifo':
      image.writeUInt32LE(node.kind === 'fifo' ? 0 : deviceNumber(node.major, node.minor), offset + 16)
  }
}

/** A file is one chunk, however large. */
function writeChunk(image: Buffer, inode: number, end: number, tarOffset: number, size: number): void {
  const bits = Math.max(0, Math.ceil(Math.log2(size)) - BLOCK_BITS)
  if (bits > CHUNK_BITS_MAX) throw new NotMappable('a file is too large')
  const at = roundUp(end, CHUNK_ENTRY_BYTES)
  image.writeUInt16LE(CHUNK_ENTRIES | bits, inode + 16)
  image.writeUInt16LE(TAR_DEVICE, at + 2)
  image.writeUInt32LE(tarOffset / BLOCK_BYTES, at + 4)
}

/** As the kernel encodes one in 32 bits (new_encode_dev). */
function deviceNumber(major: number, minor: number): number {
  return (((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0) as number
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit
}
