import type { ApiCall } from './call.ts'

/** One operation of the API. `:name` in the path is a parameter; `*` at its end is the rest, slashes included. */
export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly handle: (call: ApiCall) => void | Promise<void>
}
