import { encodeName } from './name.ts'

/** Key and value of one record; a value may be any bytes. */
export type PaxRecord = readonly [key: string, value: Uint8Array | string]

/** The content of an extended header. */
export function formatPax(records: readonly PaxRecord[]): Buffer {
  return Buffer.concat(records.map(record))
}

/** Seconds with as many digits as are needed: `12.5`, `-0.000000001`. */
export function formatPaxTime(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const fraction = (size % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  const seconds = size / 1_000_000_000n
  return `${nanos < 0n ? '-' : ''}${seconds}${fraction === '' ? '' : `.${fraction}`}`
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function record([key, value]: PaxRecord): Buffer {
  const body = Buffer.concat([encodeName(` ${key}=`), Buffer.from(value), Buffer.of(0x0a)])
  let length = body.length
  while (length !== body.length + String(length).length) length = body.length + String(length).length
  return Buffer.concat([Buffer.from(String(length)), body])
}
