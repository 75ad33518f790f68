import { count, type Field } from './fields.ts'
import { BLOCK, TarFault } from './header.ts'

/** Most pieces of one file: an archive that names a million of them wants our memory (SAFETY S16). */
const PIECES_MAX = 65_536

/** Longest decimal number in a map: 2^53 has 16 digits. */
const DIGITS_MAX = 16

const REAL_SIZE: Field = [483, 12]
const PIECE_LENGTH = 24

/** Which pieces of a file are stored; the rest of its `size` bytes are holes. */
export class SparseMap {
  readonly size: number
  readonly offsets: number[] = []
  readonly lengths: number[] = []
  /** Bytes of all pieces together. */
  stored = 0

  constructor(size: number) {
    this.size = size
  }

  /** Pieces come in order, do not overlap and lie within the file. */
  add(offset: number, length: number): void {
    const last = this.offsets.length - 1
    const end = last < 0 ? 0 : (this.offsets[last] ?? 0) + (this.lengths[last] ?? 0)
    if (offset < end || offset + length > this.size) throw new TarFault('sparse map: pieces overlap or leave the file')
    if (this.offsets.length >= PIECES_MAX) throw new TarFault(`sparse map: more than ${PIECES_MAX} pieces`)
    this.offsets.push(offset)
    this.lengths.push(length)
    this.stored += length
  }
}

/** The map in a header of type 'S' (old GNU format), with the first four pieces. */
export function headerSparseMap(block: Buffer, base: number): SparseMap {
  const map = new SparseMap(count(block, base, REAL_SIZE, 'size of a sparse file'))
  addPieces(map, block, base + 386, 4)
  return map
}

/** True where a block with more pieces follows the header at `base`. */
export function headerHasMore(block: Buffer, base: number): boolean {
  return block[base + 482] !== 0
}

/** Adds the pieces of an extension block; true where another one follows. */
export function addExtension(map: SparseMap, block: Buffer, base: number): boolean {
  addPieces(map, block, base, 21)
  return block[base + 504] !== 0
}

function addPieces(map: SparseMap, block: Buffer, start: number, pieces: number): void {
  for (let i = 0; i < pieces; i++) {
    const at = start + i * PIECE_LENGTH
    if (block[at + 12] === 0) return
    map.add(count(block, at, [0, 12], 'offset in a sparse map'), count(block, at, [12, 12], 'length in a sparse map'))
  }
}

/** What `GNU.sparse.*` says of a member whose map stands before its content (format 1.0). */
export interface PaxSparse {
  readonly name: string | undefined
  readonly size: number
}

/** @throws TarFault for the formats 0.0 and 0.1, which only tars from before 2008 write. */
export function paxSparse(keys: ReadonlyMap<string, string>): PaxSparse {
  const version = `${keys.get('major') ?? '0'}.${keys.get('minor') ?? '0'}`
  if (version !== '1.0')
    throw new TarFault(`sparse format ${version} is not read, only 1.0 (write it without --sparse)`)
  const size = keys.get('realsize') ?? ''
  if (!/^[0-9]{1,16}$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new TarFault('extended header: GNU.sparse.realsize is no number up to 2^53')
  }
  const name = keys.get('name')
  if (name === '') throw new TarFault('extended header: GNU.sparse.name is empty')
  return { name, size: Number(size) }
}

/** Reads a map of format 1.0: decimal lines, the count of pieces first, padded to a block. */
export class PaxSparseReader {
  readonly map: SparseMap
  #left: number | undefined
  #offset: number | undefined
  #value = 0
  #digits = 0

  constructor(size: number) {
    this.map = new SparseMap(size)
  }

  /** Takes one block; true when the map is complete. */
  take(block: Buffer, base: number): boolean {
    for (let i = base; i < base + BLOCK; i++) {
      const byte = block[i] ?? 0
      if (byte === 0x0a && this.#digits > 0) {
        if (this.#number(this.#value)) return true
        this.#value = 0
        this.#digits = 0
      } else {
        if (byte < 0x30 || byte > 0x39 || ++this.#digits > DIGITS_MAX) throw new TarFault('sparse map: not a number')
        this.#value = this.#value * 10 + byte - 0x30
      }
    }
    return false
  }

  /** True after the last one. */
  #number(value: number): boolean {
    if (!Number.isSafeInteger(value)) throw new TarFault('sparse map: a number beyond 2^53')
    if (this.#left === undefined) {
      if (value > PIECES_MAX) throw new TarFault(`sparse map: more than ${PIECES_MAX} pieces`)
      this.#left = value
    } else if (this.#offset === undefined) this.#offset = value
    else {
      this.map.add(this.#offset, value)
      this.#offset = undefined
      this.#left--
    }
    return this.#left === 0
  }
}
