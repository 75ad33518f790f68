/**
 * The parts of the on-disk format of EROFS that an index over a tar needs; little-endian. See
 * Documentation/filesystems/erofs.rst and fs/erofs/erofs_fs.h of the kernel.
 */

/** Small blocks, so that everything in a tar lies at the beginning of one. */
export const BLOCK_BITS = 9
export const BLOCK_BYTES = 1 << BLOCK_BITS

export const SUPER_OFFSET = 1024
export const SUPER_BYTES = 128
export const SUPER_MAGIC = 0xe0f5e1e2
export const FEATURE_CHUNKED_FILE = 0x4
export const FEATURE_DEVICE_TABLE = 0x8

/** One slot of the table of further devices, which begins at a multiple of its size. */
export const DEVICE_BYTES = 128

/** Inodes are numbered by where they are, in units of this. */
export const NODE_UNIT_BYTES = 32
export const INODE_BYTES = 64
/** i_format: the long form of an inode, and how its data is found. */
export const LONG_FORM = 1
export const LAYOUT_PLAIN = 0 << 1
export const LAYOUT_CHUNKS = 4 << 1

/** i_u of a file in chunks: the size of a chunk as a power of two of blocks, and that entries name devices. */
export const CHUNK_ENTRIES = 0x20
export const CHUNK_BITS_MAX = 31
export const CHUNK_ENTRY_BYTES = 8

export const DIRENT_BYTES = 12

export const XATTR_HEADER_BYTES = 12
export const XATTR_ENTRY_BYTES = 4
/** Prefixes of attribute names that are stored as a number; others the format cannot hold. */
export const XATTR_PREFIXES: readonly (readonly [prefix: string, index: number, whole: boolean])[] = [
  ['user.', 1, false],
  ['system.posix_acl_access', 2, true],
  ['system.posix_acl_default', 3, true],
  ['trusted.', 4, false],
  ['security.', 6, false],
]

export const FILE_TYPES = { file: 1, folder: 2, char: 3, block: 4, fifo: 5, symlink: 7 } as const
export const MODE_TYPES = {
  file: 0o100000,
  folder: 0o040000,
  char: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
  symlink: 0o120000,
} as const
