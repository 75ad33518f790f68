import { errorText, InvalidArgument } from '#lib/errors'
import { type DeviceNode, deviceNode, deviceNodesBelow } from '#linux'
import type { LinuxDevice, LinuxDeviceRule } from '#oci'
import type { BlockLimits, BlockValue, DeviceSettings } from './settings.ts'

export interface SpecDevices {
  readonly nodes: readonly LinuxDevice[]
  /** What may be opened beside the usual ones. */
  readonly rules: readonly LinuxDeviceRule[]
}

const RULE = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/

/** `c 10:200 rwm`. @throws InvalidArgument in Docker's words */
export function parseDeviceRule(text: string): LinuxDeviceRule {
  const [, type, major, minor, access] = RULE.exec(text) ?? []
  if (access === undefined) throw new InvalidArgument(`invalid device cgroup rule format: '${text}'`)
  return {
    allow: true,
    type: type === 'a' || type === 'b' ? type : 'c',
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
    access,
  }
}

/** Devices that were asked for one by one; a folder stands for all below it. @throws InvalidArgument in Docker's words */
export function askedDevices(devices: readonly DeviceSettings[], rules: readonly string[]): SpecDevices {
  const found = devices.flatMap(device => nodesOf(device).map(node => ({ node, access: device.permissions })))
  return {
    nodes: found.map(({ node }) => specDevice(node)),
    rules: [
      ...found.map(({ node: { type, major, minor }, access }) => ({ allow: true, type, major, minor, access })),
      ...rules.map(parseDeviceRule),
    ],
  }
}

/** Every device of the host. */
export function hostDevices(): SpecDevices {
  return { nodes: deviceNodesBelow('/dev').map(specDevice), rules: [{ allow: true, access: 'rwm' }] }
}

function nodesOf({ source, destination }: DeviceSettings): DeviceNode[] {
  const adding = `error gathering device information while adding custom device "${source}"`
  try {
    const node = deviceNode(source)
    if (node !== undefined) return [{ ...node, path: destination }]
    const below = deviceNodesBelow(source)
    if (below.length > 0) return below.map(each => ({ ...each, path: destination + each.path.slice(source.length) }))
  } catch (cause) {
    throw new InvalidArgument(`${adding}: ${reason(errorText(cause))}`, { cause })
  }
  throw new InvalidArgument(`${adding}: not a device node`)
}

function reason(text: string): string {
  if (text.includes('ENOENT')) return 'no such file or directory'
  return text.includes('ENOTDIR') ? 'not a device node' : text
}

function specDevice({ path, type, major, minor, mode, uid, gid }: DeviceNode): LinuxDevice {
  return { path, type, major, minor, fileMode: mode, uid, gid }
}

type Numbers = { readonly major: number; readonly minor: number }

/** Limits with the numbers of their devices. @throws InvalidArgument */
export function blockLimits(limits: BlockLimits<string>): BlockLimits<Numbers> {
  return {
    weight: limits.weight,
    weights: limits.weights.map(numbered),
    readBytes: limits.readBytes.map(numbered),
    writeBytes: limits.writeBytes.map(numbered),
    readOperations: limits.readOperations.map(numbered),
    writeOperations: limits.writeOperations.map(numbered),
  }
}

function numbered({ device, value }: BlockValue<string>): BlockValue<Numbers> {
  let node: DeviceNode | undefined
  try {
    node = deviceNode(device)
  } catch (cause) {
    throw new InvalidArgument(`no such device: ${device}`, { cause, fix: 'name a block device of this host' })
  }
  if (node?.type !== 'b') throw new InvalidArgument(`${device} is no block device`)
  return { device: { major: node.major, minor: node.minor }, value }
}
