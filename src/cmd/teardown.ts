import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type EngineDeps, listContainers, restore, stopContainer } from '#engine'
import { Conflict, errorText, Forbidden, InvalidArgument } from '#lib/errors'
import { createLogger, type Logger } from '#lib/log'
import { lockFile, Pidfd } from '#linux'
import { openEngine } from './daemon/engine.ts'
import { lockPath, prepareHost } from './daemon/host.ts'
import { type Roots, settingsFor } from './daemon/settings.ts'
import { endByForce, removeRemains } from './force.ts'
import { findRoots } from './roots.ts'
import { VERSION } from './version.ts'

const SIGTERM = 15
const DAEMON_PATIENCE_MS = 15_000
const LOOK_AGAIN_MS = 20

const HELP = `Usage: gantry system teardown [--time SECONDS] [--data-root DIR] [--exec-root DIR]

Ends the daemon of a data root, stops every container (killing what does not end within the time, 10
seconds unless said otherwise), ends the monitor, and removes every mount, namespace, link, control
group and firewall rule of that root. Images, containers and their files stay. A monitor of another
version, or one that does not answer, is ended with its containers without its help.

Example:
  gantry system teardown --data-root /srv/gantry --exec-root /run/gantry-2
`

/** `gantry system teardown`. */
export async function teardownMain(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP)
    return
  }
  try {
    const { time, rest } = takeTime(args)
    const { roots } = await findRoots(rest, [])
    await teardown(roots, time)
  } catch (error) {
    process.stderr.write(`gantry system teardown: ${errorText(error)}\n`)
    process.exitCode = 1
  }
}

/** Takes down what runs on `roots`. @throws Conflict where the daemon does not end */
export async function teardown(roots: Roots, timeout: number): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Forbidden('teardown needs to be run as root', { fix: 'use sudo, or an account that may' })
  }
  await endDaemon(roots.dataRoot)
  if (existsSync(`${roots.dataRoot}/meta.db`)) await stopContainersOf(roots, timeout)
  await removeRemains(roots)
}

/** In order where daemon and monitor understand each other; what is left then is ended without the monitor's help. */
async function stopContainersOf(roots: Roots, timeout: number): Promise<void> {
  const log: Logger = createLogger('warn', line => void process.stderr.write(line))
  try {
    await stopEverything(roots, timeout, log)
    return
  } catch (error) {
    log.warn(`cannot stop the containers in order, ending them by force: ${errorText(error)}`)
  }
  await endByForce(roots, timeout)
  try {
    await stopEverything(roots, 0, log) // Nothing runs any more: the records are told so.
  } catch (error) {
    log.warn(`the records do not say that the containers have ended: ${errorText(error)}`)
  }
}

function takeTime(args: readonly string[]): { time: number; rest: string[] } {
  const { values, tokens } = parseArgs({
    args: [...args],
    options: { time: { type: 'string', short: 't' } },
    strict: false,
    tokens: true,
  })
  const time = values['time'] === undefined ? 10 : Number(values['time'])
  if (!Number.isFinite(time) || time < 0)
    throw new InvalidArgument(`invalid --time ${String(values['time'])}`, { fix: 'use seconds' })
  const own = tokens.filter(token => token.kind === 'option' && token.name === 'time')
  const taken = new Set(
    own.flatMap(token =>
      token.kind === 'option' && token.inlineValue === false ? [token.index, token.index + 1] : [token.index],
    ),
  )
  return { time, rest: args.filter((_, at) => !taken.has(at)) }
}

async function endDaemon(dataRoot: string): Promise<void> {
  if (!existsSync(dataRoot)) return
  const until = performance.now() + DAEMON_PATIENCE_MS
  for (let told = false; ; told = true) {
    using lock = lockFile(lockPath(dataRoot))
    if (lock !== undefined) return
    const pid = Number(readFileSync(lockPath(dataRoot), 'utf8'))
    if (!told && Number.isInteger(pid) && pid > 0) {
      using daemon = Pidfd.open(pid)
      daemon?.signal(SIGTERM)
    }
    if (performance.now() > until) {
      throw new Conflict(`the daemon of ${dataRoot} (process ${pid}) does not end`, {
        fix: `kill -9 ${pid}, then try again`,
      })
    }
    await delay(LOOK_AGAIN_MS)
  }
}

/** With an engine of our own, so that every container's end is recorded as it was. */
async function stopEverything(roots: Roots, timeout: number, log: Logger): Promise<void> {
  const settings = settingsFor(roots)
  using host = prepareHost(settings, log)
  await using engine = await openEngine(settings, host, log, VERSION)
  await restore(engine.deps)
  await stopContainers(engine.deps, timeout)
  await engine.deps.runtime.shutdown()
  await engine.deps.networks.teardown()
}

async function stopContainers(deps: EngineDeps, timeout: number): Promise<void> {
  const running = listContainers(deps, { all: false, limit: 0, filters: new Map() })
  const results = await Promise.allSettled(running.map(({ id }) => stopContainer(deps, id, { signal: '', timeout })))
  for (const result of results) {
    if (result.status === 'rejected') deps.log.warn(`stopping: ${errorText(result.reason)}`)
  }
}
