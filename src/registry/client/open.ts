import { Authorizer } from './authorizer.ts'
import { fetchBlob, fetchBytes } from './blobs.ts'
import type { ClientOptions, RegistryClient } from './contract.ts'
import { fetchDocument, resolve } from './documents.ts'
import { DEFAULT_CONFIG, type Endpoint, endpointsFor } from './endpoint.ts'
import { HttpClient } from './http.ts'
import { login } from './login.ts'
import { pushBlob } from './push-blob.ts'
import { pushDocument } from './push-document.ts'
import { search } from './search.ts'
import type { SessionDeps } from './session.ts'
import { listTags } from './tags.ts'
import { DEFAULT_TIMING } from './timing.ts'

/** Opens a client; disposing of it breaks off whatever is under way. */
export function openRegistryClient(options: ClientOptions = {}): RegistryClient {
  const { config = DEFAULT_CONFIG, userAgent = 'gantry', timing = DEFAULT_TIMING } = options
  const http = new HttpClient(timing, userAgent)
  const preferred = new Map<string, string>()
  return {
    session(credentials) {
      const authorizer = new Authorizer({ http, timing }, config, credentials)
      const known = new Map<string, readonly Endpoint[]>()
      const endpoints = (registry: string) => {
        const found = known.get(registry) ?? endpointsFor(registry, config)
        known.set(registry, found)
        return found
      }
      const deps: SessionDeps = { http, timing, endpoints, authorizer, preferred }
      return {
        resolve: (reference, { signal } = {}) => resolve(deps, reference, signal),
        fetchDocument: (reference, { descriptor, signal } = {}) => fetchDocument(deps, reference, descriptor, signal),
        fetchBytes: (reference, descriptor, bytes) => fetchBytes(deps, reference, descriptor, bytes),
        fetchBlob: (reference, descriptor, store, blob = {}) => fetchBlob(deps, reference, descriptor, store, blob),
        pushBlob: (reference, descriptor, source, push = {}) => pushBlob(deps, reference, descriptor, source, push),
        pushDocument: (reference, type, bytes, call = {}) => pushDocument(deps, reference, type, bytes, call),
        login: (registry, call = {}) => login(deps, registry, call),
        search: (registry, term, limit, call = {}) => search(deps, registry, term, limit, call),
        tags: (reference, { signal } = {}) => listTags(deps, reference, signal),
      }
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
}
