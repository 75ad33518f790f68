import { type ApiVersion, atLeast, type ExecCreateRequest, type ExecInspectResponse } from '#api'
import type { Exec, ExecSpec } from '#engine'
import { InvalidArgument } from '#lib/errors'
import { parseDetachKeys } from '../stream/detach-keys.ts'

/** `POST /containers/{id}/exec`, complete. @throws InvalidArgument */
export function convertExec(body: ExecCreateRequest, version: ApiVersion): ExecSpec {
  parseDetachKeys(body.DetachKeys ?? '', 'escape')
  const tty = body.Tty ?? false
  return {
    args: refuseNul('Cmd', body.Cmd ?? []),
    env: refuseNul('Env', body.Env ?? []),
    workingDir: body.WorkingDir ?? '',
    user: body.User ?? '',
    tty,
    privileged: body.Privileged ?? false,
    attachStdin: body.AttachStdin ?? false,
    attachStdout: body.AttachStdout ?? false,
    attachStderr: body.AttachStderr ?? false,
    detachKeys: body.DetachKeys ?? '',
    consoleSize: consoleSize(body.ConsoleSize, { tty, version }),
  }
}

/** Rows and columns; older clients and those without a terminal have none. */
export function consoleSize(
  size: readonly [number, number] | undefined,
  { tty, version }: { readonly tty: boolean; readonly version: ApiVersion },
): [number, number] | null {
  if (size === undefined || !tty || !atLeast(version, '1.42')) return null
  const [rows, columns] = size
  return rows === 0 && columns === 0 ? null : [rows, columns]
}

/** The kernel ends a word there: what follows would be lost. */
function refuseNul(field: string, words: readonly string[]): string[] {
  if (words.some(word => word.includes('\0'))) throw new InvalidArgument(`${field} holds a NUL character`)
  return [...words]
}

/** `GET /exec/{id}/json`. */
export function inspectExec({ record, state }: Exec): ExecInspectResponse {
  const [entrypoint = '', ...rest] = record.args
  return {
    ID: record.id,
    Running: state.status === 'running' || state.status === 'starting',
    ExitCode: state.status === 'ended' ? state.code : null,
    ProcessConfig: {
      tty: record.tty,
      entrypoint,
      arguments: rest,
      privileged: record.privileged,
      ...(record.user === '' ? {} : { user: record.user }),
    },
    OpenStdin: record.attachStdin,
    OpenStderr: record.attachStderr,
    OpenStdout: record.attachStdout,
    CanRemove: false,
    ContainerID: record.container,
    DetachKeys: record.detachKeys === '' ? '' : parseDetachKeys(record.detachKeys).toString('base64'),
    Pid: 'pid' in state ? state.pid : 0,
  }
}
