/** CPU times are nanoseconds. */
export interface CpuStats {
  readonly cpu_usage: {
    readonly total_usage: number
    /** cgroup v1 only. */
    readonly percpu_usage?: readonly number[]
    readonly usage_in_kernelmode: number
    readonly usage_in_usermode: number
  }
  /** Of all CPUs of the host. */
  readonly system_cpu_usage?: number
  readonly online_cpus?: number
  readonly throttling_data: {
    readonly periods: number
    readonly throttled_periods: number
    readonly throttled_time: number
  }
}

export interface BlkioEntry {
  readonly major: number
  readonly minor: number
  readonly op: string
  readonly value: number
}

/** Null where nothing was measured; cgroup v2 fills the first only. */
export interface BlkioStats {
  readonly io_service_bytes_recursive: readonly BlkioEntry[] | null
  readonly io_serviced_recursive: readonly BlkioEntry[] | null
  readonly io_queue_recursive: readonly BlkioEntry[] | null
  readonly io_service_time_recursive: readonly BlkioEntry[] | null
  readonly io_wait_time_recursive: readonly BlkioEntry[] | null
  readonly io_merged_recursive: readonly BlkioEntry[] | null
  readonly io_time_recursive: readonly BlkioEntry[] | null
  readonly sectors_recursive: readonly BlkioEntry[] | null
}

/** Bytes; zeros are left out. */
export interface MemoryStats {
  readonly usage?: number
  /** cgroup v1 only, as `failcnt`. */
  readonly max_usage?: number
  /** The counters of the kernel's memory.stat by name. */
  readonly stats?: Readonly<Record<string, number>>
  readonly failcnt?: number
  readonly limit?: number
}

export interface NetworkStats {
  readonly rx_bytes: number
  readonly rx_packets: number
  readonly rx_errors: number
  readonly rx_dropped: number
  readonly tx_bytes: number
  readonly tx_packets: number
  readonly tx_errors: number
  readonly tx_dropped: number
}

/** One sample of `GET /containers/{id}/stats`. Of a container that does not run all counters are zero or absent. */
export interface ContainerStats {
  readonly name?: string
  readonly id?: string
  /** RFC 3339 with nanoseconds; Go's zero time for no sample, as the next. */
  readonly read: string
  readonly preread: string
  readonly pids_stats: {
    readonly current?: number
    /** 2^64 - 1 for none under cgroup v2, so that writing it takes a bigint. */
    readonly limit?: number | bigint
  }
  readonly blkio_stats: BlkioStats
  /** Of Windows; 0. */
  readonly num_procs: number
  readonly storage_stats: Readonly<Record<string, never>>
  readonly cpu_stats: CpuStats
  /** The sample before. */
  readonly precpu_stats: CpuStats
  readonly memory_stats: MemoryStats
  /** By interface; absent where the container has no network of its own. */
  readonly networks?: Readonly<Record<string, NetworkStats>>
}
