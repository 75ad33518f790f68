import type { Environment } from '#client'
import { Failure, REFUSED } from '../failure.ts'
import { goBool } from '../flags/kinds.ts'

/** Refuses to go on where signatures are wanted: this program does not check them. */
export function refuseContentTrust(disabled: boolean, isGiven: boolean, env: Environment): void {
  if (isGiven ? disabled : !isTrue(env['DOCKER_CONTENT_TRUST'] ?? '')) return
  throw new Failure(
    'content trust: signatures of images are not checked by this version of Gantry: unset DOCKER_CONTENT_TRUST, or use --disable-content-trust',
    REFUSED,
  )
}

function isTrue(text: string): boolean {
  if (text === '') return false
  try {
    return goBool(text)
  } catch {
    return true
  }
}
