import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Conflict, errorText, NotModified, SystemError } from '#lib/errors'
import { formatRfc3339Nano } from '#lib/time'
import { UndoStack } from '#lib/undo'
import { hostsFile, resolvConf, type Sandbox } from '#network'
import { StartRefused } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { beginHealth } from '../health/watch.ts'
import { processSettings } from '../process/settings.ts'
import { dismantle, leaveNetwork } from './dismantle.ts'
import { supervise } from './exit.ts'
import { containerFolder, controlGroup } from './folder.ts'
import { taskIo } from './io.ts'
import { takePlace } from './place.ts'
import type { ContainerRecord } from './record.ts'
import { isAlive, isPaused, transition } from './state.ts'

const RESOLV_CONF = '/etc/resolv.conf'
/** What systemd-resolved asks itself; /etc/resolv.conf names its stub on the loopback then. */
const RESOLVED_UPSTREAM = '/run/systemd/resolve/resolv.conf'

/**
 * Starts a container that does not run. What fails on the way is undone; the container keeps the code and words of
 * the failure, as with Docker.
 * @throws NotFound, NotModified (it runs), StartRefused (its command), SystemError
 */
export async function startContainer(deps: EngineDeps, nameOrId: string): Promise<void> {
  const { id } = deps.containers.find(nameOrId)
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.find(id)
  if (isPaused(record)) throw new Conflict('cannot start a paused container, try unpause instead')
  if (isAlive(record)) throw new NotModified(`container ${record.name} is running`)
  deps.restarter.begun(id)
  try {
    await start(deps, sinceNow(record))
  } catch (error) {
    const refused = failed(deps, record, error)
    // As with Docker, a container that was to be removed at its end is removed when it cannot even begin.
    if (record.spec.host.autoRemove) await dismantle(deps, refused)
    throw error
  }
}

/** Starts a container that waits for it by its restart policy. One that cannot start stays as it is, as with Docker. */
export async function startContainerAgain(deps: EngineDeps, id: string): Promise<void> {
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.get(id)
  if (record?.state.status !== 'restarting' || deps.restarter.isCancelled(id)) return
  try {
    await start(deps, record)
  } catch (error) {
    deps.log.warn(`cannot start container ${id} again: ${errorText(error)}`)
    deps.waiters.exited(failed(deps, record, error))
  }
}

/** Nothing of its earlier runs counts any more. */
function sinceNow({ restartCount: _, stopped: __, ...record }: ContainerRecord): ContainerRecord {
  return record
}

async function start(deps: EngineDeps, record: ContainerRecord): Promise<void> {
  const { id, spec } = record
  const runtime = deps.config.runtimes.get(spec.host.runtime)
  if (runtime === undefined)
    throw new SystemError(`runtime ${spec.host.runtime} is not installed`, { fix: 'apt-get install crun' })
  await using undo = new UndoStack()
  const place = await undo.own(takePlace(deps, record), () => leaveNetwork(deps, id))
  if (place.identity === record) writeIdentity(deps, record, place.sandbox)
  const task = await deps.runtime.start(id, {
    io: taskIo(deps, record),
    rootfs: deps.snapshots.mounts(id),
    settings: processSettings(deps, record, place),
    cgroup: controlGroup(deps, record),
    runtime,
  })
  undo.keep()
  const state = transition(record.state, {
    kind: 'started',
    pid: task.pid,
    startTime: task.startTime,
    startedAt: formatRfc3339Nano(task.startedAt),
    bootId: deps.config.bootId,
  })
  const started = { ...record, state }
  deps.containers.put(started)
  publishContainer(deps, record, 'start')
  beginHealth(deps, started)
  supervise(deps, id)
}

/** The three files that name the container in its network, beside its log. */
function writeIdentity(deps: EngineDeps, record: ContainerRecord, sandbox: Sandbox): void {
  const folder = containerFolder(deps, record.id)
  const { hostname, domainname, host } = record.spec
  const { extraHosts = [], dns = [], dnsSearch = [], dnsOptions = [] } = host.names ?? {}
  const upstream = existsSync(RESOLVED_UPSTREAM) ? readFileSync(RESOLVED_UPSTREAM, 'utf8') : undefined
  const more = extraHosts.map(text => readExtraHost(text, () => hostGateway(deps)))
  const hosts = hostsFile(sandbox, { hostname, domainname, more }, readOptional('/etc/hosts'))
  const resolver = resolvConf(sandbox, readOptional(RESOLV_CONF), upstream, { dns, dnsSearch, dnsOptions })
  writeFileSync(join(folder, 'hostname'), `${hostname}\n`, { mode: 0o644 })
  writeFileSync(join(folder, 'hosts'), hosts, { mode: 0o644 })
  writeFileSync(join(folder, 'resolv.conf'), resolver, { mode: 0o644 })
}

/** Where containers find the host, whatever network they are on, as with Docker. */
function hostGateway({ networks }: EngineDeps): string {
  const gateway = networks.list().find(({ name }) => name === 'bridge')?.bridge?.gateway
  if (gateway === undefined) throw new SystemError('unable to derive the IP value for host-gateway')
  return gateway
}

/** `NAME:ADDRESS`, where `host-gateway` stands for the host's. */
function readExtraHost(text: string, gateway: () => string): { readonly name: string; readonly address: string } {
  const at = text.indexOf(':')
  const address = text.slice(at + 1)
  return { name: text.slice(0, at), address: address === 'host-gateway' ? gateway() : address }
}

function failed(deps: EngineDeps, record: ContainerRecord, error: unknown): ContainerRecord {
  const code = error instanceof StartRefused ? error.exitCode : 128
  const state = transition(record.state, { kind: 'start-failed', code, error: errorText(error) })
  const refused = { ...record, state }
  deps.containers.put(refused, { release: true })
  return refused
}

function readOptional(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
