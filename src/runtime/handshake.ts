import { Conflict, SystemError, Unavailable } from '#lib/errors'
import type { Logger } from '#lib/log'
import { OLDEST_VERSION, PROTOCOL_VERSION } from './monitor/protocol.ts'
import type { MonitorConnection } from './monitor-connection.ts'

/** The versions that one end of the monitor protocol understands. */
export interface Spoken {
  readonly version: number
  readonly oldest: number
}

const OURS: Spoken = { version: PROTOCOL_VERSION, oldest: OLDEST_VERSION }

/** A monitor that keeps nothing waiting answers within a millisecond; one that is stopped never does. */
const HELLO_PATIENCE_MS = 5000

const FIX = '`gantry system teardown` ends it and its containers; or start the version that it belongs to'

export interface GreetOptions {
  readonly monitorOf: string
  /** It has no task: nothing is lost with it. */
  readonly isIdle: () => boolean
  readonly log: Logger
}

/** The newest version that both understand; undefined where there is none. */
export function commonVersion(ours: Spoken, theirs: Spoken): number | undefined {
  const common = Math.min(ours.version, theirs.version)
  return common < Math.max(ours.oldest, theirs.oldest) ? undefined : common
}

/**
 * Agrees with a monitor on the version that is spoken. One of an earlier version that has no task is sent away.
 * @throws Conflict where nothing is common, SystemError where it does not answer, Unavailable when it was sent away
 */
export async function greet(connection: MonitorConnection, options: GreetOptions): Promise<void> {
  const { monitorOf, isIdle, log } = options
  const theirs = await hello(connection, monitorOf)
  const version = commonVersion(OURS, theirs)
  if (theirs.version < OURS.version && isIdle()) {
    log.info(`replacing a monitor of version ${theirs.version}, which has no task`)
    await connection.request({ op: 'shutdown' })
    await connection.closed
    throw new Unavailable(`the monitor of ${monitorOf} was of an earlier version and has gone`, { fix: 'try again' })
  }
  if (version === undefined) {
    throw new Conflict(`the monitor of ${monitorOf} speaks version ${theirs.version}, this daemon ${OURS.version}`, {
      fix: FIX,
    })
  }
  if (version < OURS.version) log.warn(`the monitor is of version ${theirs.version}: it does what that version could`)
  connection.speak(version)
}

async function hello(connection: MonitorConnection, monitorOf: string): Promise<Spoken> {
  const silence = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    silence.reject(new SystemError(`the monitor of ${monitorOf} does not answer`, { fix: FIX }))
  }, HELLO_PATIENCE_MS)
  try {
    const { version = 0, oldest = version } = await Promise.race([
      connection.request({ op: 'hello', ...OURS }),
      silence.promise,
    ])
    return { version, oldest }
  } finally {
    clearTimeout(timer)
  }
}
