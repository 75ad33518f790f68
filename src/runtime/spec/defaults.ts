import type { LinuxDeviceRule, LinuxNamespaceType, SpecMount } from '#oci'
import { type SpecSharedMemory, sharedMemoryMount } from './shared-memory.ts'

export interface KernelMounts {
  readonly sharedMemory: SpecSharedMemory
  /** /sys and the control groups may be written to. */
  readonly writable: boolean
}

/** What every container sees of the kernel, as Docker mounts it. */
export function kernelMounts({ sharedMemory, writable }: KernelMounts): SpecMount[] {
  const access = writable ? 'rw' : 'ro'
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', access] },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [access, 'nosuid', 'noexec', 'nodev'],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    ...sharedMemoryMount(sharedMemory),
  ]
}

/** Hidden: files of /proc and /sys that tell of the host or change it. Docker's list and Podman's together. */
export const MASKED_PATHS: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
  '/sys/fs/selinux',
  '/sys/kernel/debug',
  '/sys/kernel/security',
  '/sys/kernel/tracing',
]

export const READONLY_PATHS: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
]

/** One thermal_throttle folder per processor; those that the host has. */
export function thermalPaths(processors: number, exists: (path: string) => boolean): string[] {
  return Array.from({ length: processors }, (_, cpu) => `/sys/devices/system/cpu/cpu${cpu}/thermal_throttle`).filter(
    exists,
  )
}

/**
 * Nothing but null, zero, full, random, urandom, tty, console and terminals; any node may be made (mknod), none other
 * opened. tun and fuse are denied by name, because newer runtimes allow them by themselves; not their making, which runc
 * cannot take out of what is allowed of all.
 */
export const DEVICE_RULES: readonly LinuxDeviceRule[] = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 5, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 7, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 8, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 9, access: 'rwm' },
  { allow: true, type: 'c', major: 5, minor: 0, access: 'rwm' },
  { allow: true, type: 'c', major: 5, minor: 1, access: 'rwm' },
  { allow: true, type: 'c', major: 5, minor: 2, access: 'rwm' },
  { allow: true, type: 'c', major: 136, access: 'rwm' },
  { allow: false, type: 'c', major: 10, minor: 200, access: 'rw' },
  { allow: false, type: 'c', major: 10, minor: 229, access: 'rw' },
]

/** A container's own view, where nobody asked for another: of all but its mounts. The network comes from outside. */
export const CHOSEN_NAMESPACES: readonly (LinuxNamespaceType & ('uts' | 'pid' | 'ipc' | 'cgroup'))[] = [
  'uts',
  'pid',
  'ipc',
  'cgroup',
]

/** With these, ping needs no capability and low ports no root. Only for a network namespace of the container's own. */
export const NETWORK_SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0 2147483647',
}
