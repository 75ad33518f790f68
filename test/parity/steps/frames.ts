import type { Json } from '../case.ts'

const HEADER_BYTES = 8
const STREAMS: Readonly<Record<number, string>> = { 0: 'stdin', 1: 'stdout', 2: 'stderr', 3: 'error' }

/** What each stream of stdcopy's framing carried, as lines; `rest` is what is no whole frame. */
export function readFrames(bytes: Buffer): Json {
  const streams: Record<string, string> = {}
  let at = 0
  while (at + HEADER_BYTES <= bytes.length) {
    const name = STREAMS[bytes[at] ?? 255]
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4)
    if (name === undefined || end > bytes.length) break
    streams[name] = (streams[name] ?? '') + bytes.toString('utf8', at + HEADER_BYTES, end)
    at = end
  }
  const found: Record<string, Json> = {}
  for (const [name, text] of Object.entries(streams).sort()) found[name] = text.split('\n')
  return at === bytes.length ? found : { ...found, rest: bytes.subarray(at).toString().split('\n') }
}
