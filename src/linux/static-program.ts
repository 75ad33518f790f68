import { closeSync, openSync, readSync } from 'node:fs'

const HEADER_BYTES = 64
const PROGRAM_HEADERS_MAX = 64
const PT_INTERP = 3
const ELF64 = 2
const LITTLE_ENDIAN = 1

/** Whether a program of the host runs in any root: it is ELF and names no loader. See elf(5). */
export function isStaticProgram(path: string): boolean {
  const fd = openSync(path, 'r')
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    if (readSync(fd, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return false
    if (header.toString('latin1', 0, 4) !== '\x7fELF' || header[4] !== ELF64 || header[5] !== LITTLE_ENDIAN)
      return false
    const offset = Number(header.readBigUInt64LE(32))
    const size = header.readUInt16LE(54)
    const count = Math.min(header.readUInt16LE(56), PROGRAM_HEADERS_MAX)
    const table = Buffer.alloc(size * count)
    if (size < 4 || readSync(fd, table, 0, table.length, offset) < table.length) return false
    return !Array.from({ length: count }, (_, at) => table.readUInt32LE(at * size)).includes(PT_INTERP)
  } finally {
    closeSync(fd)
  }
}
