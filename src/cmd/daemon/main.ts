import type { Server } from 'node:net'
import { restore } from '#engine'
import { errorText } from '#lib/errors'
import { createLogger, type Logger } from '#lib/log'
import { UndoStack } from '#lib/undo'
import { putThisThreadFirst, releaseStartupPages, releaseUnusedMemory } from '#linux'
import { createApp, type Listener, listen, parseHost } from '#server'
import { VERSION } from '../version.ts'
import { createBackends } from './backends.ts'
import { openEngine } from './engine.ts'
import { gatherFacts } from './facts.ts'
import { DAEMON_HELP } from './help.ts'
import { prepareHost } from './host.ts'
import { type DaemonSettings, readSettings } from './settings.ts'

/** `gantry daemon`: serves the API until SIGTERM or SIGINT; containers go on without it. */
export async function daemonMain(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(DAEMON_HELP)
    return
  }
  try {
    const settings = readSettings(args)
    await serve(
      settings,
      createLogger(settings.logLevel, line => void process.stderr.write(line)),
    )
  } catch (error) {
    process.stderr.write(`gantry daemon: ${errorText(error)}\n`)
    process.exitCode = 1
  }
}

const QUIET_MS = 5000

async function serve(settings: DaemonSettings, log: Logger): Promise<void> {
  const ended = endSignal()
  putThisThreadFirst()
  const hosts = settings.hosts.map(parseHost)
  await using undo = new UndoStack()
  const host = await undo.own(prepareHost(settings, log), prepared => prepared[Symbol.dispose]())
  const engine = await undo.own(openEngine(settings, host, log, VERSION), open => open[Symbol.asyncDispose]())
  const facts = await gatherFacts(settings, host, VERSION)
  await engine.deps.networks.prepare()
  await restore(engine.deps)
  const app = await createApp({ backends: createBackends(engine.deps, facts), log, version: VERSION })
  for (const target of hosts) {
    const listener: Listener = await listen(app.server, target, {
      tls: settings.tls,
      insecureTcp: settings.insecureTcp,
    })
    undo.defer(() => listener[Symbol.asyncDispose]())
    log.info('API listen on', { host: listener.host })
  }
  if (settings.registryListen !== undefined) {
    // Loaded by those only who want it.
    const { serveImages } = await import('../registry/serve-images.ts')
    const served = { images: engine.deps.images, content: engine.content }
    const registry = await undo.own(serveImages(served, settings.registryListen, log), open =>
      open[Symbol.asyncDispose](),
    )
    log.info('registry of images listens on', { host: registry.host })
  }
  log.info('daemon is ready', { version: VERSION, dataRoot: settings.dataRoot, runtime: host.defaultRuntime })
  releaseStartupPages()
  releaseWhenQuiet(app.server)
  const signal = await ended
  log.info('daemon ends, containers go on', { signal })
}

/** What busy moments took is given back once nobody has asked for anything for a while. */
function releaseWhenQuiet(server: Server): void {
  const timer = setTimeout(releaseUnusedMemory, QUIET_MS).unref()
  server.on('request', () => void timer.refresh())
}

function endSignal(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
    // A terminal that closes, or a reload of nothing that can be reloaded yet.
    process.on('SIGHUP', () => {})
  })
}
