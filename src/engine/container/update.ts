import { Conflict, errorText, SystemError, within } from '#lib/errors'
import type { EngineDeps } from '../deps.ts'
import { publishContainer } from '../event/publish.ts'
import { limitsOf } from '../process/limits.ts'
import type { CpuSettings } from './host-settings.ts'
import type { ContainerRecord, RestartPolicy } from './record.ts'

/** Limits to change; what is undefined stays. Bytes and counts as in `ContainerSpec`. */
export interface UpdateRequest {
  readonly memory: number | undefined
  readonly memorySwap: number | undefined
  readonly memoryReservation: number | undefined
  /** Of block devices. */
  readonly blockWeight: number | undefined
  /** 0 is unlimited. */
  readonly pidsLimit: number | undefined
  readonly cpu: Partial<CpuSettings>
  /** For ends to come. */
  readonly restart: RestartPolicy | undefined
}

/**
 * Changes what a container may use, at once where it runs. What the kernel refuses is not kept.
 * @throws NotFound; Conflict, SystemError in Docker's words
 */
export async function updateContainer(deps: EngineDeps, nameOrId: string, request: UpdateRequest): Promise<void> {
  const { id } = deps.containers.find(nameOrId)
  using _held = await deps.locks.acquire(id)
  const record = deps.containers.find(id)
  const doing = `Cannot update container ${id}`
  if (record.removing) throw new Conflict(`${doing}: container is marked for removal and cannot be "update"`)
  const updated = within(doing, () => withChanges(record, request))
  if (record.state.status === 'running') await apply(deps, updated, doing)
  deps.containers.put(updated)
  await deps.meta.durable()
  publishContainer(deps, updated, 'update')
}

async function apply(deps: EngineDeps, record: ContainerRecord, doing: string): Promise<void> {
  const program = deps.config.runtimes.get(record.spec.host.runtime)
  if (program === undefined) throw new SystemError(`${doing}: runtime ${record.spec.host.runtime} is not installed`)
  try {
    await deps.runtime.update(record.id, program, limitsOf(record))
  } catch (error) {
    throw new SystemError(`${doing}: ${errorText(error)}`, { cause: error })
  }
}

/** @throws Conflict where what is asked for does not go together with what is set */
function withChanges(record: ContainerRecord, request: UpdateRequest): ContainerRecord {
  const { memory, memorySwap, pidsLimit, cpu, restart } = request
  const { host } = record.spec
  checkCpu(cpu, host.cpu ?? {})
  if (restart !== undefined && restart.name !== 'no' && host.autoRemove) {
    throw new Conflict('Restart policy cannot be updated because AutoRemove is enabled for the container')
  }
  const present = host.memory > 0 && host.memorySwap === 0 ? host.memory * 2 : host.memorySwap
  if (memory !== undefined && memorySwap === undefined && memory > present) {
    throw new Conflict(
      'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
    )
  }
  const changed = {
    ...host,
    ...(memory === undefined ? {} : { memory, memorySwap: present }),
    ...(memorySwap === undefined ? {} : { memorySwap }),
    ...(pidsLimit === undefined ? {} : { pidsLimit }),
    cpu: { ...host.cpu, ...cpu },
    ...withResources(host.resources, request),
    ...(restart === undefined ? {} : { restart }),
  }
  return { ...record, spec: { ...record.spec, host: changed } }
}

function withResources(
  present: ContainerRecord['spec']['host']['resources'],
  { memoryReservation, blockWeight }: UpdateRequest,
): Pick<ContainerRecord['spec']['host'], 'resources'> {
  if (memoryReservation === undefined && blockWeight === undefined) return {}
  return {
    resources: {
      ...present,
      ...(memoryReservation === undefined ? {} : { memoryReservation }),
      ...(blockWeight === undefined ? {} : { block: { ...present?.block, weight: blockWeight } }),
    },
  }
}

/** A number of processors is a quota of a period: one or the other. */
function checkCpu(asked: Partial<CpuSettings>, present: Partial<CpuSettings>): void {
  const clash = (what: string, other: string) =>
    new Conflict(`Conflicting options: ${what} cannot be updated as ${other} has already been set`)
  const isSet = (value: number | undefined) => value !== undefined && value > 0
  if (isSet(asked.nanoCpus) && isSet(present.period)) throw clash('Nano CPUs', 'CPU Period')
  if (isSet(asked.nanoCpus) && isSet(present.quota)) throw clash('Nano CPUs', 'CPU Quota')
  if (isSet(asked.period) && isSet(present.nanoCpus)) throw clash('CPU Period', 'NanoCPUs')
  if (isSet(asked.quota) && isSet(present.nanoCpus)) throw clash('CPU Quota', 'NanoCPUs')
}
