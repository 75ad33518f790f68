import type { ContainerUpdateRequest } from '#api'
import { failTogether } from '../container/each.ts'
import { readCpus, readRestartPolicy } from '../create/read/policy.ts'
import { Failure } from '../failure.ts'
import type { Flag } from '../flags/flag.ts'
import { bytes, int, string, uint16 } from '../flags/kinds.ts'
import { command } from '../program/command.ts'

const cpus: Flag<number> = { usage: 'Number of CPUs', kind: 'decimal', initial: 0, add: (_, text) => readCpus(text) }

export const update = command({
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  arity: { min: 1 },
  names: 'containers',
  flags: {
    'blkio-weight': uint16('Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)'),
    'cpu-period': int('Limit CPU CFS (Completely Fair Scheduler) period'),
    'cpu-quota': int('Limit CPU CFS (Completely Fair Scheduler) quota'),
    'cpu-rt-period': int('Limit the CPU real-time period in microseconds'),
    'cpu-rt-runtime': int('Limit the CPU real-time runtime in microseconds'),
    'cpu-shares': int('CPU shares (relative weight)', { short: 'c' }),
    cpus,
    'cpuset-cpus': string('CPUs in which to allow execution (0-3, 0,1)'),
    'cpuset-mems': string('MEMs in which to allow execution (0-3, 0,1)'),
    memory: bytes('Memory limit', { short: 'm' }),
    'memory-reservation': bytes('Memory soft limit'),
    'memory-swap': bytes('Swap limit equal to memory plus swap: -1 to enable unlimited swap', { unlimited: true }),
    'pids-limit': int('Tune container pids limit (set -1 for unlimited)'),
    restart: string('Restart policy to apply when a container exits', {
      values: ['no', 'always', 'on-failure', 'unless-stopped'],
    }),
  },
  examples: ['update -m 256m --memory-swap 512m web', 'update --cpus 1.5 --pids-limit 100 web db'],
  async run({ context, flags, given, args }) {
    if (given.size === 0) throw new Failure('you must provide one or more flags when using this command')
    const request: ContainerUpdateRequest = {
      BlkioWeight: flags['blkio-weight'],
      CpuPeriod: flags['cpu-period'],
      CpuQuota: flags['cpu-quota'],
      CpuRealtimePeriod: flags['cpu-rt-period'],
      CpuRealtimeRuntime: flags['cpu-rt-runtime'],
      CpuShares: flags['cpu-shares'],
      NanoCpus: flags.cpus,
      CpusetCpus: flags['cpuset-cpus'],
      CpusetMems: flags['cpuset-mems'],
      Memory: flags.memory,
      MemoryReservation: flags['memory-reservation'],
      MemorySwap: flags['memory-swap'],
      ...(flags['pids-limit'] === 0 ? {} : { PidsLimit: flags['pids-limit'] }),
      RestartPolicy: flags.restart === '' ? {} : readRestartPolicy(flags.restart),
    }
    const { client } = await context.connect()
    const errors: unknown[] = []
    const warnings: string[] = []
    for (const name of args) {
      try {
        const { Warnings } = await client.containers.update(name, request)
        context.streams.out.line(name)
        warnings.push(...(Warnings ?? []))
      } catch (error) {
        errors.push(error)
      }
    }
    for (const warning of warnings) context.streams.out.line(warning)
    failTogether(errors)
  },
})
