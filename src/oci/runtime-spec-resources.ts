import type { Uint64 } from './runtime-spec.ts'

/** Limits on what a container may use (runtime-spec 1.2, config-linux, "Control groups"). */
export interface LinuxResources {
  readonly devices?: readonly LinuxDeviceRule[]
  readonly memory?: LinuxMemory
  readonly cpu?: LinuxCpu
  readonly pids?: { readonly limit?: number }
  readonly blockIO?: LinuxBlockIo
  readonly hugepageLimits?: readonly { readonly pageSize: string; readonly limit: Uint64 }[]
  readonly network?: LinuxNetworkClass
  readonly rdma?: Readonly<Record<string, { readonly hcaHandles?: number; readonly hcaObjects?: number }>>
  /** Files of cgroup v2 with what is to be written to them. */
  readonly unified?: Readonly<Record<string, string>>
}

export interface LinuxDeviceRule {
  readonly allow: boolean
  /** All, character, block. */
  readonly type?: 'a' | 'c' | 'b'
  readonly major?: number
  readonly minor?: number
  /** A combination of `r`, `w` and `m`. */
  readonly access?: string
}

/** Bytes; -1 is unlimited. */
export interface LinuxMemory {
  readonly limit?: number
  readonly reservation?: number
  /** Memory and swap together. */
  readonly swap?: number
  readonly kernel?: number
  readonly kernelTCP?: number
  readonly swappiness?: number
  readonly disableOOMKiller?: boolean
  readonly useHierarchy?: boolean
  readonly checkBeforeUpdate?: boolean
}

/** Times in microseconds. */
export interface LinuxCpu {
  readonly shares?: number
  readonly quota?: number
  readonly burst?: number
  readonly period?: number
  readonly realtimeRuntime?: number
  readonly realtimePeriod?: number
  readonly cpus?: string
  readonly mems?: string
  readonly idle?: number
}

export interface LinuxBlockIo {
  readonly weight?: number
  readonly leafWeight?: number
  readonly weightDevice?: readonly LinuxWeightDevice[]
  readonly throttleReadBpsDevice?: readonly LinuxThrottleDevice[]
  readonly throttleWriteBpsDevice?: readonly LinuxThrottleDevice[]
  readonly throttleReadIOPSDevice?: readonly LinuxThrottleDevice[]
  readonly throttleWriteIOPSDevice?: readonly LinuxThrottleDevice[]
}

export interface LinuxWeightDevice {
  readonly major: number
  readonly minor: number
  readonly weight?: number
  readonly leafWeight?: number
}

export interface LinuxThrottleDevice {
  readonly major: number
  readonly minor: number
  readonly rate: Uint64
}

export interface LinuxNetworkClass {
  readonly classID?: number
  readonly priorities?: readonly { readonly name: string; readonly priority: number }[]
}
