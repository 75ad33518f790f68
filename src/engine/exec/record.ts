import * as Type from 'typebox'
import { recordParser } from '#meta'

const Strings = Type.Array(Type.String())
const Text = Type.String()
const Flag = Type.Boolean()

/** A command to run in a running container: decided, with the container's settings where it had none of its own. */
const ExecRecordSchema = Type.Object({
  id: Text,
  container: Text,
  args: Strings,
  env: Strings,
  workingDir: Text,
  /** `USER[:GROUP]`, '' is that of the container's first process. */
  user: Text,
  tty: Flag,
  privileged: Flag,
  attachStdin: Flag,
  attachStdout: Flag,
  attachStderr: Flag,
  /** As the client wrote them; '' are the usual ones. */
  detachKeys: Text,
  /** Rows and columns of the terminal at the start. */
  consoleSize: Type.Union([Type.Tuple([Type.Integer(), Type.Integer()]), Type.Null()]),
})
export type ExecRecord = Readonly<Type.Static<typeof ExecRecordSchema>>

/** From what the exec root keeps for the next daemon. */
export const parseExecRecord = recordParser(ExecRecordSchema)

export type ExecState =
  | { readonly status: 'created' }
  | { readonly status: 'starting' }
  | { readonly status: 'running'; readonly pid: number }
  /** A command that could not be started has ended too, with Docker's code. */
  | { readonly status: 'ended'; readonly pid: number; readonly code: number }

export interface Exec {
  readonly record: ExecRecord
  readonly state: ExecState
}
