/**
 * What can be told and done of tasks without their monitor, whatever its version: the process id that the OCI runtime
 * has written, and the folders and mounts.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { ExecRoot } from './monitor/task-folder.ts'
import { removeSharedMemories } from './shared-memories.ts'

/** First processes of the tasks of an exec root, as they were when they started: the numbers may be others' by now. */
export function taskProcesses(execRoot: string): number[] {
  const root = new ExecRoot(execRoot)
  if (!existsSync(root.tasks)) return []
  return root
    .taskIds()
    .map(id => root.task(id).pidFile)
    .flatMap(path => (existsSync(path) ? [Number(readFileSync(path, 'utf8'))] : []))
    .filter(pid => Number.isSafeInteger(pid) && pid > 1)
}

/** Control groups of the tasks of an exec root: also those that lie elsewhere by the wish of their creator. */
export function taskGroups(execRoot: string): string[] {
  const root = new ExecRoot(execRoot)
  if (!existsSync(root.tasks)) return []
  return root.taskIds().flatMap(id => root.task(id).readRecord()?.cgroup ?? [])
}

/** Where the root of a container is mounted while it runs. */
export function rootFolder(execRoot: string, id: string): string {
  return new ExecRoot(execRoot).task(id).rootfs
}

/** Takes away the roots and folders of all tasks and the OCI runtime's state. Nothing of them may run any more. */
export async function removeTasks(execRoot: string): Promise<void> {
  const root = new ExecRoot(execRoot)
  if (existsSync(root.tasks)) for (const id of root.taskIds()) await root.task(id).remove()
  removeSharedMemories(execRoot)
  rmSync(root.runtimeRoot, { recursive: true, force: true })
}
