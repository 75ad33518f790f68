import { setTimeout as delay } from 'node:timers/promises'
import { nowNanos, type UnixNanos } from '#lib/time'
import type { LinkCounters } from '#network'
import type { HostUsage, TaskUsage } from '#runtime'
import type { EngineDeps } from '../deps.ts'
import { controlGroup } from './folder.ts'
import type { ContainerRecord } from './record.ts'

const INTERVAL_MS = 1000

/** What a container has used up to a moment. */
export interface Sample {
  readonly record: ContainerRecord
  readonly read: UnixNanos
  readonly usage: TaskUsage
  readonly host: HostUsage
  /** Empty where it has no network of its own. */
  readonly links: readonly LinkCounters[]
}

export interface StatsReport {
  readonly record: ContainerRecord
  /** Undefined where it does not run. */
  readonly sample: Sample | undefined
  /** The one before, for what is counted by the second. */
  readonly before: Sample | undefined
}

export interface StatsOptions {
  /** One report a second until the container is removed; otherwise one. */
  readonly stream: boolean
  /** Of one report: without the sample before, which takes a second. */
  readonly oneShot: boolean
  readonly signal: AbortSignal
}

/** What a container uses. @throws NotFound at once */
export function containerStats(deps: EngineDeps, nameOrId: string, options: StatsOptions): AsyncGenerator<StatsReport> {
  const { id } = deps.containers.find(nameOrId)
  return options.stream ? stream(deps, id, options.signal) : single(deps, id, options)
}

async function* single(deps: EngineDeps, id: string, { oneShot, signal }: StatsOptions): AsyncGenerator<StatsReport> {
  const first = take(deps, id)
  if (first?.sample === undefined || oneShot) {
    if (first !== undefined) yield { ...first, before: undefined }
    return
  }
  await pause(signal)
  const second = take(deps, id)
  if (second !== undefined) yield { ...second, before: first.sample }
}

async function* stream(deps: EngineDeps, id: string, signal: AbortSignal): AsyncGenerator<StatsReport> {
  const removed = new AbortController()
  const end = AbortSignal.any([signal, removed.signal])
  void deps.waiters.wait(id, 'removal', end).then(() => removed.abort())
  let before: Sample | undefined
  try {
    while (!end.aborted) {
      const taken = take(deps, id)
      if (taken === undefined) return
      yield { ...taken, before }
      before = taken.sample
      await pause(end)
    }
  } finally {
    removed.abort()
  }
}

/** Undefined of a container that is gone. */
function take(deps: EngineDeps, id: string): { record: ContainerRecord; sample: Sample | undefined } | undefined {
  const record = deps.containers.get(id)
  if (record === undefined) return undefined
  const usage = record.state.status === 'running' ? deps.groups.usage(controlGroup(deps, record)) : undefined
  if (usage === undefined) return { record, sample: undefined }
  const sample = { record, read: nowNanos(), usage, host: deps.groups.hostUsage(), links: deps.networks.counters(id) }
  return { record, sample }
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(INTERVAL_MS, undefined, { signal }).catch(() => {})
}
