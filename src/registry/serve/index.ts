/** The server's end of the distribution protocol. */
export { createRegistryApp, type RegistryAppOptions } from './app.ts'
export type { Authenticator } from './auth/authenticator.ts'
export { openHtpasswd } from './auth/htpasswd.ts'
export { openRules, type Rights } from './auth/rules.ts'
export { type CacheOptions, openCache } from './cache/cache.ts'
export { parseUpstream, type Upstream } from './cache/upstream.ts'
export {
  type ListenAddress,
  type ListenOptions,
  listenRegistry,
  type RegistryListener,
  type ServerCertificate,
} from './listen.ts'
export { Refusal, unknownBlob, unknownManifest, unknownRepository } from './refusal.ts'
export type * from './registry.ts'
export type { Collected, CollectOptions } from './store/collect.ts'
export { DEFAULT_RETENTION, type Retention } from './store/retention.ts'
export { openRegistryStore, type RegistryStore, type RegistryStoreOptions } from './store/store.ts'
