import { Conflict, InvalidArgument } from '#lib/errors'
import { randomId } from '#lib/ids'
import { parseWorkingFolder } from '#runtime'
import type { ContainerRecord } from '../container/record.ts'
import { isPaused, restartingWords } from '../container/state.ts'
import type { EngineDeps } from '../deps.ts'
import { publishExec } from './event.ts'
import type { ExecRecord } from './record.ts'

/** An exec to be made: its own settings, before the container's fill the gaps. */
export type ExecSpec = Omit<ExecRecord, 'id' | 'container'>

/**
 * Makes an exec of a running container; nothing runs yet.
 * @throws NotFound, Conflict (not running), InvalidArgument
 */
export function createExec(deps: EngineDeps, nameOrId: string, own: ExecSpec): ExecRecord {
  const container = deps.containers.find(nameOrId)
  requireRunning(container)
  if (own.args.length === 0) throw new InvalidArgument('No exec command specified')
  const { process } = container.spec
  const user = own.user === '' ? process.user : own.user
  if (user !== '') deps.runtime.execs.checkUser(container.id, user)
  const record: ExecRecord = {
    ...own,
    id: randomId(),
    container: container.id,
    env: [...process.env, ...own.env],
    workingDir: parseWorkingFolder(own.workingDir === '' ? process.workingDir : own.workingDir),
    user,
  }
  deps.execs.add(record)
  deps.runtime.execs.describe(record, record)
  publishExec(deps, record, `exec_create: ${commandLine(record)}`)
  return record
}

/** @throws Conflict in Docker's words */
export function requireRunning({ id, state }: ContainerRecord): void {
  if (state.status === 'restarting') throw new Conflict(restartingWords(id))
  if (state.status !== 'running') throw new Conflict(`container ${id} is not running`)
  if (isPaused({ state })) throw new Conflict(`Container ${id} is paused, unpause the container before exec`)
}

/** As Docker's events name it. */
export function commandLine({ args: [command = '', ...rest] }: ExecRecord): string {
  return `${command} ${rest.join(' ')}`
}
