import type { ExecCreateRequest, ExecStartRequest } from '#api'
import type { Connection, Context } from '../program/context.ts'
import { talk } from './attached.ts'
import { followSize } from './terminal.ts'

export interface AttachedExec {
  readonly id: string
  readonly request: ExecCreateRequest
  readonly detachKeys: string
  readonly start: Pick<ExecStartRequest, 'ConsoleSize'>
}

/** Starts an exec and stays with it. @returns its exit code; 0 where somebody detached from it */
export async function runExec(context: Context, connection: Connection, exec: AttachedExec): Promise<number> {
  const { client } = connection
  const { out, err } = context.streams
  const { AttachStdin: stdin = false, Tty: hasTerminal = false } = exec.request
  const attachment = { stdin, stdout: true, stderr: true, hasTerminal, detachKeys: exec.detachKeys }
  using _held = context.interrupts.hold()
  using hijacked = await client.execs.attach(exec.id, { Tty: hasTerminal, ...exec.start })
  using _size =
    hasTerminal && out.isTerminal ? followSize(client.execs, exec.id, out, problem => err.line(problem)) : undefined
  if ((await talk(context, hijacked, attachment)) === 'detached') return 0
  const { ExitCode: code } = await client.execs.inspect(exec.id)
  return code ?? 0
}
