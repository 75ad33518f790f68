import { type CgroupHost, cgroupProcesses, freezeCgroup, groupsFrom, hostPs, isCgroupFrozen, thawCgroup } from '#linux'

/** What can be seen and done of running tasks by their control groups; each by its path within the hierarchies. */
export interface ControlGroups {
  /** Stops every process. @throws SystemError; everything runs then */
  freeze(group: string): Promise<void>
  thaw(group: string): void
  isFrozen(group: string): boolean
  /** What the host's `ps` prints of the processes, and their ids. @throws SystemError */
  ps(group: string, args: readonly string[]): Promise<{ readonly output: string; readonly pids: readonly number[] }>
}

export function controlGroups(host: CgroupHost): ControlGroups {
  const pidsOf = (group: string) => groupsFrom(host, group).flatMap(each => cgroupProcesses(host, each))
  return {
    freeze: group => freezeCgroup(host, group),
    thaw: group => thawCgroup(host, group),
    isFrozen: group => isCgroupFrozen(host, group),
    ps: async (group, args) => {
      const pids = pidsOf(group)
      return { output: await hostPs(args, pids), pids }
    },
  }
}
