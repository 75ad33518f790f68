import { type ApiVersion, atLeast } from '../version.ts'

export const RAW_STREAM = 'application/vnd.docker.raw-stream'
export const MULTIPLEXED_STREAM = 'application/vnd.docker.multiplexed-stream'

export type StreamMediaType = typeof RAW_STREAM | typeof MULTIPLEXED_STREAM

export interface StreamShape {
  readonly tty: boolean
  readonly version: ApiVersion
}

/**
 * The Content-Type of attach, exec and logs. The name says whether the stream is framed since API 1.42 only; before,
 * and in answers to attach and exec without an upgrade (those are 200 instead of 101), it is always `raw-stream`,
 * although without a terminal the bytes are framed all the same.
 */
export function streamMediaType(shape: StreamShape): StreamMediaType {
  return !shape.tty && atLeast(shape.version, '1.42') ? MULTIPLEXED_STREAM : RAW_STREAM
}
