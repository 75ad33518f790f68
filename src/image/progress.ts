import { type Digest, hexOf } from '#oci'
import type { Progress } from './image.ts'

/** Bytes between two lines about one layer, at most; a hundredth of it where that is less. As Docker. */
const STEP_BYTES = 512 * 1024

export type OnProgress = (progress: Progress) => void

/** What people see of a digest: twelve characters. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12)
}

/** Tells `current` of `total` from time to time instead of with every chunk; the last byte always. */
export function metered(total: number, tell: (current: number) => void): (current: number) => void {
  const step = Math.min(STEP_BYTES, total / 100)
  let told = 0
  return current => {
    if (current === told || (Math.abs(current - told) < step && current !== total)) return
    told = current
    tell(current)
  }
}
