/** Netlink messages laid out by hand; see netlink(7) and rtnetlink(7). Native byte order, which is little-endian here. */

export interface Attribute {
  readonly type: number
  readonly data: Buffer
}

export interface Message {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly body: Buffer
}

const HEADER = 16
const ATTRIBUTE_HEADER = 4
/** The kernel sets bits above these on nested attributes. */
const ATTRIBUTE_TYPE_MASK = 0x3fff

export const NLM_F_REQUEST = 1
export const NLM_F_ACK = 4
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_REPLACE = 0x100
export const NLM_F_APPEND = 0x800
export const NLM_F_DUMP = 0x300
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3

export function encodeMessage(type: number, flags: number, sequence: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const message = Buffer.alloc(aligned(HEADER + body.length))
  message.writeUInt32LE(HEADER + body.length, 0)
  message.writeUInt16LE(type, 4)
  message.writeUInt16LE(flags, 6)
  message.writeUInt32LE(sequence, 8)
  body.copy(message, HEADER)
  return message
}

export function* decodeMessages(buffer: Buffer): Generator<Message> {
  let at = 0
  while (at + HEADER <= buffer.length) {
    const length = buffer.readUInt32LE(at)
    if (length < HEADER || at + length > buffer.length) return
    yield {
      type: buffer.readUInt16LE(at + 4),
      flags: buffer.readUInt16LE(at + 6),
      sequence: buffer.readUInt32LE(at + 8),
      body: buffer.subarray(at + HEADER, at + length),
    }
    at += aligned(length)
  }
}

export function attribute(type: number, data: Buffer): Buffer {
  const encoded = Buffer.alloc(aligned(ATTRIBUTE_HEADER + data.length))
  encoded.writeUInt16LE(ATTRIBUTE_HEADER + data.length, 0)
  encoded.writeUInt16LE(type, 2)
  data.copy(encoded, ATTRIBUTE_HEADER)
  return encoded
}

export function nested(type: number, ...inner: readonly Buffer[]): Buffer {
  return attribute(type, Buffer.concat(inner))
}

export function text(type: number, value: string): Buffer {
  return attribute(type, Buffer.from(`${value}\0`))
}

export function uint32(type: number, value: number): Buffer {
  const data = Buffer.alloc(4)
  data.writeUInt32LE(value >>> 0)
  return attribute(type, data)
}

export function uint16(type: number, value: number): Buffer {
  const data = Buffer.alloc(2)
  data.writeUInt16LE(value)
  return attribute(type, data)
}

export function uint8(type: number, value: number): Buffer {
  return attribute(type, Buffer.from([value]))
}

export function* decodeAttributes(buffer: Buffer): Generator<Attribute> {
  let at = 0
  while (at + ATTRIBUTE_HEADER <= buffer.length) {
    const length = buffer.readUInt16LE(at)
    if (length < ATTRIBUTE_HEADER || at + length > buffer.length) return
    yield {
      type: buffer.readUInt16LE(at + 2) & ATTRIBUTE_TYPE_MASK,
      data: buffer.subarray(at + ATTRIBUTE_HEADER, at + length),
    }
    at += aligned(length)
  }
}

/** A NUL-terminated string as the kernel sends it. */
export function decodeText(data: Buffer): string {
  const end = data.indexOf(0)
  return data.toString('utf8', 0, end < 0 ? data.length : end)
}

function aligned(length: number): number {
  return (length + 3) & ~3
}
