import { totalmem } from 'node:os'
import {
  type CgroupHost,
  type CgroupUsage,
  cgroupProcesses,
  cgroupUsage,
  freezeCgroup,
  groupsFrom,
  hostCpu,
  hostPs,
  isCgroupFrozen,
  thawCgroup,
} from '#linux'

export type TaskUsage = CgroupUsage

/** What the usage of one task is compared with. */
export interface HostUsage {
  /** Of all processors since the boot, idle or not. */
  readonly cpuNanos: number
  readonly processors: number
  /** Bytes. */
  readonly memory: number
}

/** What can be seen and done of running tasks by their control groups; each by its path within the hierarchies. */
export interface ControlGroups {
  /** Stops every process; false where there is none any more. @throws SystemError; everything runs then */
  freeze(group: string): Promise<boolean>
  thaw(group: string): void
  isFrozen(group: string): boolean
  /** What has been used so far; undefined where there is no such group. */
  usage(group: string): TaskUsage | undefined
  hostUsage(): HostUsage
  /** What the host's `ps` prints of the processes, and their ids. @throws SystemError */
  ps(group: string, args: readonly string[]): Promise<{ readonly output: string; readonly pids: readonly number[] }>
}

export function controlGroups(host: CgroupHost): ControlGroups {
  const pidsOf = (group: string) => groupsFrom(host, group).flatMap(each => cgroupProcesses(host, each))
  return {
    freeze: group => freezeCgroup(host, group),
    thaw: group => thawCgroup(host, group),
    isFrozen: group => isCgroupFrozen(host, group),
    usage: group => cgroupUsage(host, group),
    hostUsage: () => {
      const { nanos, online } = hostCpu()
      return { cpuNanos: nanos, processors: online, memory: totalmem() }
    },
    ps: async (group, args) => {
      const pids = pidsOf(group)
      return { output: await hostPs(args, pids), pids }
    },
  }
}
