import { InvalidArgument } from '../errors.ts'
import { decodeEntry, type Extension } from './entry.ts'
import { checksumMatches, count, isZeroBlock, SIZE, TYPE_AT } from './fields.ts'
import { BLOCK, paddingOf, type TarEntry, TarFault } from './header.ts'
import { decodeName } from './name.ts'
import { NO_PAX, overlay, type PaxAttributes, parsePax } from './pax.ts'
import {
  addExtension,
  headerHasMore,
  headerSparseMap,
  type PaxSparse,
  PaxSparseReader,
  paxSparse,
  type SparseMap,
} from './sparse.ts'

/** Bytes of an extended header ('x', 'g'). */
const PAX_MAX = 1024 * 1024

/** Bytes of a long name ('L', 'K'): Linux reads no path beyond 4,096. */
const LONG_NAME_MAX = 32 * 1024

/**
 * What a reader tells, synchronously, in this order: for each member `entry`, then its content as `data` and `hole` in
 * ascending order (nothing for an empty one), then `entryEnd`; at last `end`, once.
 */
export interface TarHandler {
  entry(entry: TarEntry): void
  /** A view of the pushed chunk, not a copy: use it before returning. */
  data(chunk: Buffer): void
  /** `length` zeros that are not stored; may be astronomic in a hostile archive. */
  hole(length: number): void
  entryEnd(): void
  /** The end mark was read, or the input ended between members. */
  end(): void
}

type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'zero' }
  | { readonly kind: 'meta'; readonly flag: number; readonly length: number; readonly parts: Buffer[]; left: number }
  | { readonly kind: 'sparse-extension'; readonly header: Buffer; readonly map: SparseMap }
  | { readonly kind: 'sparse-map'; readonly header: Buffer; readonly reader: PaxSparseReader; read: number }
  | { readonly kind: 'data'; left: number; readonly padding: number; readonly map: SparseMap | undefined }
  | { readonly kind: 'padding'; left: number }
  | { readonly kind: 'ended' }

const HEADER: State = { kind: 'header' }
const ZERO: State = { kind: 'zero' }
const ENDED: State = { kind: 'ended' }

const NO_EXTENSION: Extension = { pax: NO_PAX, longName: undefined, longLink: undefined }

const X = 0x78
const G = 0x67
const L = 0x4c
const K = 0x4b
const S = 0x53

/**
 * A tar archive, pushed in chunks of any size. Reads v7, ustar, GNU and PAX headers, long names of both kinds, GNU
 * sparse files (old format and 1.0) and numbers in base 256. What GNU tar and Docker's reader understand differently
 * is refused rather than guessed. Content is passed on without copying; memory is bounded by one extended header.
 *
 * After an error, of the archive or of the handler, the reader must not be used again.
 */
export class TarReader {
  readonly #handler: TarHandler
  #state: State = HEADER
  /** Part of a block that the last chunk ended in. */
  readonly #block = Buffer.alloc(BLOCK)
  #blockLength = 0
  /** Offset in the archive of what is looked at. */
  #offset = 0
  /** Offset of the first header that belongs to the member under way. */
  #entryOffset = -1
  #extension: Extension = NO_EXTENSION
  #global: Readonly<PaxAttributes> = NO_PAX
  /** The piece of a sparse file that is next, and how much of the file was told. */
  #piece = 0
  #told = 0

  constructor(handler: TarHandler) {
    this.#handler = handler
  }

  /** @throws InvalidArgument where the archive is none; what the handler throws comes through. */
  push(chunk: Uint8Array): void {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < buffer.length; ) {
      const used = this.#step(buffer, at)
      at += used
      this.#offset += used
    }
  }

  /** The input is at its end. @throws InvalidArgument where it ended within a member. */
  end(): void {
    if (this.#state.kind === 'ended') return
    const between = this.#state.kind === 'header' || this.#state.kind === 'zero' || this.#state.kind === 'padding'
    if (!between || this.#blockLength > 0 || this.#entryOffset >= 0) {
      throw new InvalidArgument(`invalid tar archive: unexpected EOF at byte ${this.#offset}`, {
        fix: 'it was cut off: make or send it again',
      })
    }
    this.#finish()
  }

  /** Deals with the bytes at `at`; says how many of them. */
  #step(buffer: Buffer, at: number): number {
    const state = this.#state
    switch (state.kind) {
      case 'data':
        return this.#data(state, buffer, at)
      case 'padding': {
        const used = Math.min(state.left, buffer.length - at)
        state.left -= used
        if (state.left === 0) this.#state = HEADER
        return used
      }
      case 'meta':
        return this.#meta(state, buffer, at)
      case 'ended':
        return buffer.length - at
      case 'header':
      case 'zero':
      case 'sparse-extension':
      case 'sparse-map':
        return this.#gather(state, buffer, at)
    }
  }

  /** Waits for a whole block, in place where the chunk holds it. */
  #gather(state: BlockState, buffer: Buffer, at: number): number {
    if (this.#blockLength === 0 && buffer.length - at >= BLOCK) {
      this.#guard(() => this.#takeBlock(state, buffer, at))
      return BLOCK
    }
    const used = Math.min(BLOCK - this.#blockLength, buffer.length - at)
    buffer.copy(this.#block, this.#blockLength, at, at + used)
    this.#blockLength += used
    if (this.#blockLength === BLOCK) {
      this.#blockLength = 0
      // Offsets that are told count from the beginning of the block.
      this.#offset -= BLOCK - used
      this.#guard(() => this.#takeBlock(state, this.#block, 0))
      this.#offset += BLOCK - used
    }
    return used
  }

  #takeBlock(state: BlockState, block: Buffer, base: number): void {
    switch (state.kind) {
      case 'header':
        if (isZeroBlock(block, base)) this.#state = this.#zero()
        else this.#header(block, base)
        return
      case 'zero':
        if (!isZeroBlock(block, base)) throw new TarFault('more follows after a block of zeros')
        this.#finish()
        return
      case 'sparse-extension':
        if (!addExtension(state.map, block, base)) this.#sparseEntry(state.header, state.map, 0)
        return
      case 'sparse-map':
        state.read += BLOCK
        if (state.reader.take(block, base)) this.#sparseEntry(state.header, state.reader.map, state.read)
    }
  }

  #zero(): State {
    if (this.#entryOffset >= 0) throw new TarFault('extended headers without a member')
    return ZERO
  }

  #header(block: Buffer, base: number): void {
    if (!checksumMatches(block, base)) throw new TarFault('checksum does not match')
    if (this.#entryOffset < 0) this.#entryOffset = this.#offset
    const flag = block[base + TYPE_AT] ?? 0
    if (flag === X || flag === G || flag === L || flag === K) this.#startMeta(flag, count(block, base, SIZE, 'size'))
    else if (flag === S) this.#oldSparse(block, base)
    else if (this.#extension.pax.sparse !== undefined) this.#paxSparse(block, base, this.#extension.pax.sparse)
    else {
      const { entry, stored } = decodeEntry(block, base, this.#attributes(), undefined, this.#place(BLOCK))
      this.#startEntry(entry, stored, undefined)
    }
  }

  #startMeta(flag: number, length: number): void {
    const limit = flag === X || flag === G ? PAX_MAX : LONG_NAME_MAX
    if (length > limit) throw new TarFault(`extended header of ${length} bytes, at most ${limit} are read`)
    if (length === 0) throw new TarFault('extended header without content')
    const { pax, longName, longLink } = this.#extension
    const twice =
      flag === X ? pax !== NO_PAX : flag === L ? longName !== undefined : flag === K && longLink !== undefined
    if (twice) throw new TarFault('two extended headers of one kind for one member')
    this.#state = { kind: 'meta', flag, length, parts: [], left: length + paddingOf(length) }
  }

  #meta(state: State & { kind: 'meta' }, buffer: Buffer, at: number): number {
    const used = Math.min(state.left, buffer.length - at)
    const whole = state.parts.length === 0 && used === state.left
    const part = buffer.subarray(at, at + used)
    state.left -= used
    if (state.left > 0) {
      state.parts.push(Buffer.from(part))
      return used
    }
    const blocks = whole ? part : Buffer.concat([...state.parts, part])
    this.#state = HEADER
    this.#guard(() => this.#takeMeta(state.flag, blocks, state.length))
    return used
  }

  /** The first `length` bytes of `blocks` are the content of an extended header. */
  #takeMeta(flag: number, blocks: Buffer, length: number): void {
    if (flag === L || flag === K) {
      const name = longName(blocks, length)
      this.#extension = { ...this.#extension, ...(flag === L ? { longName: name } : { longLink: name }) }
      return
    }
    const pax = parsePax(blocks.subarray(0, length), flag === G)
    if (flag === X) this.#extension = { ...this.#extension, pax }
    else {
      this.#global = overlay(this.#global, pax)
      // A global header belongs to no member; with others before it, it stands amid one.
      if (this.#extension === NO_EXTENSION) this.#entryOffset = -1
    }
  }

  #oldSparse(block: Buffer, base: number): void {
    if (this.#extension.pax.sparse !== undefined) throw new TarFault('a file sparse in two ways')
    const map = headerSparseMap(block, base)
    const header = Buffer.from(block.subarray(base, base + BLOCK))
    if (headerHasMore(block, base)) this.#state = { kind: 'sparse-extension', header, map }
    else this.#sparseEntry(header, map, 0)
  }

  #paxSparse(block: Buffer, base: number, keys: ReadonlyMap<string, string>): void {
    const header = Buffer.from(block.subarray(base, base + BLOCK))
    this.#state = { kind: 'sparse-map', header, reader: new PaxSparseReader(paxSparse(keys).size), read: 0 }
  }

  /** The map of a sparse file is complete; `mapBytes` of its stored bytes were the map. */
  #sparseEntry(header: Buffer, map: SparseMap, mapBytes: number): void {
    const keys = this.#extension.pax.sparse
    const sparse: PaxSparse = keys === undefined ? { name: undefined, size: map.size } : paxSparse(keys)
    const { entry, stored } = decodeEntry(header, 0, this.#attributes(), sparse, this.#place(BLOCK))
    if (entry.type !== 'file') throw new TarFault(`a sparse member of type ${entry.type}`)
    if (stored !== mapBytes + map.stored) throw new TarFault('sparse map: its pieces are not what is stored')
    this.#startEntry(entry, map.stored, map)
  }

  #attributes(): Extension {
    return {
      ...this.#extension,
      pax: this.#global === NO_PAX ? this.#extension.pax : overlay(this.#global, this.#extension.pax),
    }
  }

  #place(headerBytes: number): { offset: number; dataOffset: number } {
    return { offset: this.#entryOffset, dataOffset: this.#offset + headerBytes }
  }

  #startEntry(entry: TarEntry, stored: number, map: SparseMap | undefined): void {
    this.#extension = NO_EXTENSION
    this.#entryOffset = -1
    this.#piece = 0
    this.#told = 0
    this.#state = { kind: 'data', left: stored, padding: paddingOf(stored), map }
    this.#handler.entry(entry)
    if (stored === 0) this.#endEntry(0, map)
  }

  #data(state: State & { kind: 'data' }, buffer: Buffer, at: number): number {
    let used = Math.min(state.left, buffer.length - at)
    if (state.map !== undefined) used = Math.min(used, this.#pieceLeft(state.map))
    this.#handler.data(buffer.subarray(at, at + used))
    this.#told += used
    state.left -= used
    if (state.left === 0) this.#endEntry(state.padding, state.map)
    return used
  }

  /** Tells the hole before the next stored byte, if there is one; says how much is stored without interruption. */
  #pieceLeft(map: SparseMap): number {
    for (;;) {
      const offset = map.offsets[this.#piece] ?? map.size
      const end = offset + (map.lengths[this.#piece] ?? 0)
      if (this.#told < offset) this.#hole(offset)
      if (this.#told < end) return end - this.#told
      this.#piece++
    }
  }

  #hole(until: number): void {
    this.#handler.hole(until - this.#told)
    this.#told = until
  }

  #endEntry(padding: number, map: SparseMap | undefined): void {
    if (map !== undefined && this.#told < map.size) this.#hole(map.size)
    this.#state = padding === 0 ? HEADER : { kind: 'padding', left: padding }
    this.#handler.entryEnd()
  }

  #finish(): void {
    this.#state = ENDED
    this.#handler.end()
  }

  /** Says where a fault was found. */
  #guard(body: () => void): void {
    try {
      body()
    } catch (error) {
      if (!(error instanceof TarFault)) throw error
      throw new InvalidArgument(`invalid tar header at byte ${this.#offset}: ${error.message}`, { cause: error })
    }
  }
}

/** The name in an 'L' or 'K' member: up to a NUL, which GNU tar looks for beyond the content too. */
function longName(blocks: Buffer, length: number): string {
  const nul = blocks.indexOf(0)
  const end = nul < 0 ? blocks.length : nul
  if (end === 0) throw new TarFault('a long name that is empty')
  if (end > length) throw new TarFault('a long name that goes beyond its length')
  return decodeName(blocks, 0, end)
}

type BlockState = State & { readonly kind: 'header' | 'zero' | 'sparse-extension' | 'sparse-map' }
