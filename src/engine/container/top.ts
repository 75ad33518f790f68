import { Conflict, InvalidArgument, SystemError } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { controlGroup } from './folder.ts'
import { restartingWords } from './state.ts'

export interface ProcessTable {
  readonly titles: readonly string[]
  readonly processes: readonly (readonly string[])[]
}

const DEFAULT_ARGS = '-ef'
/** `-o x=PID` would give the title by which the ids are found to something else. */
const RENAMED_COLUMN = /\s+(\S*)=\s*(PID\S*)/g

/**
 * The processes of a container as the host's `ps` tells of them, with its arguments; no program of the image runs.
 * @throws NotFound, Conflict (not running), InvalidArgument, SystemError (ps, with its words)
 */
export async function topContainer(deps: EngineDeps, nameOrId: string, psArgs: string): Promise<ProcessTable> {
  const args = psArgs === '' ? DEFAULT_ARGS : psArgs
  for (const [, column, title] of args.matchAll(RENAMED_COLUMN)) {
    if (column !== 'pid') throw new InvalidArgument(`specifying "${column}=${title}" is not allowed`)
  }
  const record = deps.containers.find(nameOrId)
  if (record.state.status === 'restarting') throw new Conflict(restartingWords(record.id))
  if (record.state.status !== 'running') throw new Conflict(`container ${record.id} is not running`)
  const { output, pids } = await deps.groups.ps(controlGroup(deps, record), args.split(' '))
  const table = ofProcesses(output, new Set(pids))
  publishContainer(deps, record, 'top')
  return table
}

/** Lines of `pids`, and the lines of their threads that follow them. @throws SystemError */
export function ofProcesses(output: string, pids: ReadonlySet<number>): ProcessTable {
  const [head = '', ...lines] = output.split('\n')
  const titles = fields(head)
  const at = titles.indexOf('PID')
  if (at < 0) throw new SystemError("Couldn't find PID field in ps output", { fix: 'let ps print the column pid' })
  const processes: string[][] = []
  let isOwn = false
  for (const line of lines) {
    if (line === '') continue
    const values = fields(line)
    const pid = values[at] ?? ''
    if (pid !== '-') isOwn = pids.has(processId(pid))
    if (isOwn) processes.push([...values.slice(0, titles.length - 1), values.slice(titles.length - 1).join(' ')])
  }
  return { titles, processes }
}

function processId(text: string): number {
  if (!/^\d+$/.test(text))
    throw new SystemError(`Unexpected pid '${text}': strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** Only what ps itself puts between columns separates them. */
function fields(line: string): string[] {
  return line.split(/[\t\n\f\r ]+/).filter(text => text !== '')
}
