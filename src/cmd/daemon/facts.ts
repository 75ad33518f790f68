import { createHash } from 'node:crypto'
import { cpus, hostname, totalmem } from 'node:os'
import { hostFacts, limitAbilities, readSysctl, runTool } from '#linux'
import type { SystemFacts } from '#server'
import { instanceOf } from '../instance.ts'
import type { PreparedHost } from './host.ts'
import type { DaemonSettings } from './settings.ts'

/** What `/info` and `/version` tell, gathered once; only what changes is looked up again. */
export async function gatherFacts(
  settings: DaemonSettings,
  host: PreparedHost,
  version: string,
): Promise<() => SystemFacts> {
  const kernel = hostFacts()
  const runtime = host.runtimes.get(host.defaultRuntime)
  const fixed = {
    // Stable for a data root: clients tell engines apart by it.
    id: uuidOf(settings.dataRoot + hostname()),
    version,
    commit: '',
    hostname: hostname(),
    kernel: kernel.kernel,
    operatingSystem: kernel.operatingSystem,
    osVersion: kernel.osVersion,
    machine: kernel.machine,
    processors: cpus().length,
    memory: totalmem(),
    dataRoot: settings.dataRoot,
    execRoot: settings.execRoot,
    storageDriver: 'overlay2',
    cgroupVersion: host.cgroups.mode === 'v2' ? '2' : '1',
    controllers: new Set(host.cgroups.hierarchies.flatMap(tree => tree.controllers)),
    limits: limitAbilities(host.cgroups, instanceOf(settings.dataRoot).cgroupParent),
    runtimes: host.runtimes,
    defaultRuntime: host.defaultRuntime,
    runtimeVersion: runtime === undefined ? '' : await runtimeVersion(runtime.path),
    insecureRegistries: settings.insecureRegistries,
    registryMirrors: settings.registryMirrors,
    warnings: [],
  } as const
  return () => ({ ...fixed, ipv4Forwarding: readSysctl('net.ipv4.ip_forward') === '1' })
}

async function runtimeVersion(path: string): Promise<string> {
  const text = await runTool(path, ['--version'], { timeout: 5000 })
  return /version (\S+)/.exec(text)?.[1] ?? 'unknown'
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
