import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'

/** A device node as it stands on the host. */
export interface DeviceNode {
  readonly path: string
  readonly type: 'b' | 'c'
  readonly major: number
  readonly minor: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Folders of /dev that hold no devices for others: terminals, messages, shared memory, LXC's and a logger's. */
const NOT_DEVICES = new Set(['pts', 'shm', 'fd', 'mqueue', '.lxc', '.lxd-mounts', '.udev'])
/** So deep lies the deepest of /dev (snd/by-path, bus/usb/001, ...), with room. */
const DEPTH_MAX = 8
const PERMISSIONS = 0o7777

/** Undefined where `path` is there and no device. Links are followed. @throws ENOENT */
export function deviceNode(path: string): DeviceNode | undefined {
  return nodeOf(path, statSync(path))
}

/** Every device below a folder, links left out. @throws ENOENT, ENOTDIR */
export function deviceNodesBelow(folder: string): DeviceNode[] {
  return walk(realpathSync(folder), DEPTH_MAX)
}

function walk(folder: string, depth: number): DeviceNode[] {
  if (depth === 0) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return NOT_DEVICES.has(entry.name) ? [] : walk(path, depth - 1)
    if (!(entry.isCharacterDevice() || entry.isBlockDevice()) || path === '/dev/console') return []
    const stats = statSync(path, { throwIfNoEntry: false })
    const node = stats === undefined ? undefined : nodeOf(path, stats)
    return node === undefined ? [] : [node]
  })
}

function nodeOf(path: string, stats: Stats): DeviceNode | undefined {
  if (!stats.isCharacterDevice() && !stats.isBlockDevice()) return undefined
  return {
    path,
    type: stats.isBlockDevice() ? 'b' : 'c',
    ...deviceNumbers(stats.rdev),
    mode: stats.mode & PERMISSIONS,
    uid: stats.uid,
    gid: stats.gid,
  }
}

/** The two parts of a device number, as glibc packs them (makedev(3)). */
export function deviceNumbers(device: number): { readonly major: number; readonly minor: number } {
  const high = Math.floor(device / 2 ** 32)
  const low = device % 2 ** 32
  return {
    major: ((low >>> 8) & 0xfff) + (high & ~0xfff),
    minor: (low & 0xff) + ((low >>> 12) & 0xfff00),
  }
}
