import type { ExecCreateRequest, ExecCreateResponse, ExecInspectResponse, ExecStartRequest, TerminalSize } from '#api'
import type { CallOptions } from './containers.ts'
import { path } from './path.ts'
import type { Requests } from './requests.ts'

export type Execs = ReturnType<typeof execs>

/** Processes beside the first one of a container. */
export function execs(requests: Requests) {
  return {
    create: (container: string, request: ExecCreateRequest, call?: CallOptions) =>
      requests.json<ExecCreateResponse>('POST', path`/containers/${container}/exec`, { json: request, ...call }),

    /** Starts it with its streams on this connection. */
    attach: (id: string, request: ExecStartRequest = {}, call?: CallOptions) =>
      requests.hijack(path`/exec/${id}/start`, { json: { ...request, Detach: false }, ...call }),

    /** Starts it with its streams nowhere. */
    start: (id: string, request: ExecStartRequest = {}, call?: CallOptions) =>
      requests.done('POST', path`/exec/${id}/start`, { json: { ...request, Detach: true }, ...call }),

    inspect: (id: string, call?: CallOptions) =>
      requests.json<ExecInspectResponse>('GET', path`/exec/${id}/json`, call),

    resize: (id: string, size: TerminalSize, call?: CallOptions) =>
      requests.done('POST', path`/exec/${id}/resize`, { query: { h: size.rows, w: size.columns }, ...call }),
  }
}
