import { join } from 'node:path'
import type { Sandbox } from '#network'
import type { SpecMount } from '#oci'
import type { ProcessSettings, SpecLimits } from '#runtime'
import { containerFolder } from '../container/folder.ts'
import type { ContainerRecord, CpuSettings } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'

/** Processes of a container that asks for no limit: enough for anything but a fork bomb. */
const DEFAULT_PIDS = 4096

/** Microseconds; the kernel's default. */
const CPU_PERIOD = 100_000
const NANO = 1_000_000_000

/** What the runtime is to know of a container. Pure. */
export function processSettings(
  deps: Pick<EngineDeps, 'config'>,
  record: ContainerRecord,
  sandbox: Sandbox,
): ProcessSettings {
  const { spec } = record
  const { tty, env, workingDir, user } = spec.process
  const [rows, columns] = spec.host.consoleSize ?? [0, 0]
  return {
    args: [record.path, ...record.args],
    env,
    workingDir,
    user,
    terminal: tty ? { columns, rows } : undefined,
    hostname: spec.hostname,
    domainname: spec.domainname,
    readonlyRootfs: spec.host.readonlyRootfs,
    ...fileMounts(deps, record),
    shmSize: spec.host.shmSize,
    network: sandbox.namespace === undefined ? { kind: 'host' } : { kind: 'namespace', path: sandbox.namespace },
    limits: limitsOf(record),
  }
}

/** What is mounted in its root. */
export function fileMounts(
  deps: Pick<EngineDeps, 'config'>,
  record: ContainerRecord,
): Pick<ProcessSettings, 'mounts' | 'binds'> {
  return { mounts: identityMounts(deps, record), binds: record.spec.host.binds }
}

/** The files that name the container in its network. */
function identityMounts(deps: Pick<EngineDeps, 'config'>, record: ContainerRecord): SpecMount[] {
  const folder = containerFolder(deps, record.id)
  return ['resolv.conf', 'hostname', 'hosts'].map(name => ({
    destination: `/etc/${name}`,
    type: 'bind',
    source: join(folder, name),
    options: ['rbind', 'rprivate', ...(record.spec.host.readonlyRootfs ? ['ro'] : [])],
  }))
}

/** What the processes of a container may use together. */
export function limitsOf({ spec: { host } }: ContainerRecord): SpecLimits {
  const memory = host.memory === 0 ? undefined : host.memory
  return {
    memory,
    memorySwap: memory === undefined ? undefined : host.memorySwap === 0 ? memory * 2 : host.memorySwap,
    pids: host.pidsLimit === null ? DEFAULT_PIDS : host.pidsLimit > 0 ? host.pidsLimit : undefined,
    cpu: cpuLimits(host.cpu ?? {}),
  }
}

function cpuLimits({ shares, nanoCpus, period, quota, cpus, mems }: CpuSettings): SpecLimits['cpu'] {
  const share =
    nanoCpus === undefined
      ? { period, quota }
      : { period: CPU_PERIOD, quota: Math.trunc((nanoCpus * CPU_PERIOD) / NANO) }
  return { shares, ...share, cpus, mems }
}
