import { parseMemory } from '#lib/units'
import type { LogTarget, TaskIo } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { logAttributes } from '../log/attributes.ts'
import { logPath } from './folder.ts'
import type { ContainerRecord } from './record.ts'

/** A chatty container must not fill the disk: Docker keeps everything by default, we the last 150 MB. */
const DEFAULT_MAX_SIZE = '50m'
const DEFAULT_MAX_FILES = 3

export function taskIo(deps: Pick<EngineDeps, 'config'>, record: ContainerRecord): TaskIo {
  const { tty, openStdin, stdinOnce } = record.spec.process
  return { terminal: tty, openStdin, stdinOnce, log: logTarget(deps, record) }
}

function logTarget(deps: Pick<EngineDeps, 'config'>, record: ContainerRecord): LogTarget {
  const { driver, options } = record.spec.host.log
  if (driver === 'none') return { kind: 'none' }
  const maxSize = options['max-size'] ?? DEFAULT_MAX_SIZE
  const attributes = logAttributes(record)
  return {
    kind: 'json-file',
    path: logPath(deps, record.id),
    maxSize: maxSize === '-1' ? undefined : parseMemory(maxSize),
    maxFiles:
      options['max-file'] === undefined ? (maxSize === '-1' ? 1 : DEFAULT_MAX_FILES) : Number(options['max-file']),
    ...(attributes && { attributes }),
  }
}
