export { blobRef, isBlobRef } from './blobs.ts'
export type * from './contract.ts'
export { type Credentials, type Secret, secretOf } from './credentials.ts'
export {
  checkMirror,
  type Endpoint,
  endpointsFor,
  type RegistryConfig,
  STRICT_TLS,
  type TlsProfile,
} from './endpoint.ts'
export { RegistryUnavailable, type Trouble } from './failure.ts'
export { openRegistryClient } from './open.ts'
export { DEFAULT_TIMING, type Timing } from './timing.ts'
