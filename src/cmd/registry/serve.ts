import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorText, InvalidArgument } from '#lib/errors'
import { createLogger, type Logger } from '#lib/log'
import { UndoStack } from '#lib/undo'
import { openRegistryClient } from '#registry'
import {
  createRegistryApp,
  listenRegistry,
  openCache,
  openHtpasswd,
  openRegistryStore,
  openRules,
  type Registry,
  type RegistryStore,
  type ServerCertificate,
  type Upstream,
} from '#registry/serve'
import { VERSION } from '../version.ts'
import { readCacheCredentials } from './cache-credentials.ts'
import { listenControl } from './control.ts'
import { isLoopbackAddress } from './listen-address.ts'
import { holdRoot } from './root.ts'
import { readServeSettings, type ServeSettings } from './settings.ts'

/** `gantry registry serve`: until SIGTERM or SIGINT. */
export async function serveMain(args: readonly string[]): Promise<void> {
  const settings = readServeSettings(args)
  const log = createLogger(settings.logLevel, line => void process.stderr.write(line))
  const ended = endSignal()
  await using undo = new UndoStack()
  await undo.own(holdRoot(settings.root), held => held[Symbol.dispose]())
  const store = await undo.own(openRegistryStore({ root: settings.root, log }), open => open[Symbol.asyncDispose]())
  const authenticator = settings.htpasswd === undefined ? undefined : openHtpasswd(settings.htpasswd)
  const rights = settings.rules === undefined ? {} : { rights: openRules(settings.rules) }
  const registry = settings.cacheOf === undefined ? store : await openCacheOf(settings.cacheOf, settings, store, undo)
  const app = createRegistryApp({ registry, authenticator, ...rights, log })
  const options = { certificate: readCertificate(settings) }
  const listener = await undo.own(listenRegistry(app, settings.listen, options), open => open[Symbol.asyncDispose]())
  await undo.own(listenControl(settings.root, store, settings.retention), open => open[Symbol.asyncDispose]())
  const ending = new AbortController()
  const collecting = collectRegularly(store, settings, log, ending.signal)
  undo.defer(async () => {
    ending.abort()
    await collecting
  })
  warnOfStrangers(settings, log)
  log.info('registry is ready', { version: VERSION, root: settings.root, host: listener.host })
  log.info('registry ends', { signal: await ended })
}

async function openCacheOf(
  upstream: Upstream,
  { cacheCredentials }: ServeSettings,
  store: RegistryStore,
  undo: UndoStack,
): Promise<Registry> {
  const secret = cacheCredentials === undefined ? {} : { secret: readCacheCredentials(cacheCredentials) }
  const config = { insecure: upstream.plain ? [upstream.registry] : [], tls: new Map() }
  const open = openRegistryClient({ config, userAgent: `gantry/${VERSION}` })
  const client = await undo.own(open, opened => opened[Symbol.asyncDispose]())
  return openCache({ store, upstream, client, ...secret })
}

async function collectRegularly(
  store: RegistryStore,
  { retention, collectEvery }: ServeSettings,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  while (collectEvery > 0 && !signal.aborted) {
    await sleep(collectEvery, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    try {
      const { manifests, blobs, uploads, bytes } = await store.collect({ retention, dryRun: false, signal })
      log.info('collected', { manifests: manifests.length, blobs: blobs.length, uploads: uploads.length, bytes })
    } catch (error) {
      log.warn('cannot collect what nobody needs', { error: errorText(error) })
    }
  }
}

function readCertificate({ tls }: ServeSettings): ServerCertificate | undefined {
  if (tls === undefined) return undefined
  const read = (flag: string, path: string) => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw new InvalidArgument(`cannot read --${flag} ${path}: ${errorText(error)}`, { cause: error })
    }
  }
  return { cert: read('tls-cert', tls.cert), key: read('tls-key', tls.key) }
}

function warnOfStrangers({ htpasswd, listen }: ServeSettings, log: Logger): void {
  if (htpasswd !== undefined || isLoopbackAddress(listen.address)) return
  log.warn('everyone who can reach this address may push and delete: --htpasswd FILE keeps strangers out', {
    address: listen.address,
  })
}

function endSignal(): Promise<string> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })
}
