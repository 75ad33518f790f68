import { InvalidArgument } from '#lib/errors'
import { hasCapability } from '#linux'
import type { Confinement } from './settings.ts'

/** Docker's default capabilities. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
]

/** Every capability, by number (linux/capability.h). */
const BY_NUMBER: readonly string[] = `
  CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
  SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
  MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`
  .trim()
  .split(/\s+/)
  .map(name => `CAP_${name}`)

const ALL = 'ALL'

/** Those that this process may give. */
export function everyCapability(): string[] {
  return BY_NUMBER.filter((_name, number) => hasCapability(number))
}

/** The full name of a capability, or `ALL`. @throws InvalidArgument in Docker's words; `field` is `CapAdd` or `CapDrop` */
export function parseCapability(text: string, field: string): string {
  const upper = text.toUpperCase()
  const name = upper === ALL || upper.startsWith('CAP_') ? upper : `CAP_${upper}`
  if (name === ALL || BY_NUMBER.includes(name)) return name
  throw new InvalidArgument(`invalid ${field}: unknown capability: "${name}"`)
}

type Asked = Pick<Confinement, 'privileged' | 'addedCapabilities' | 'droppedCapabilities'>

/**
 * The capabilities of a container. As with Docker, `ALL` of what is added leaves out what is dropped, and after `ALL`
 * of what is dropped stays what is added. @throws InvalidArgument for one that this host cannot give
 */
export function capabilitiesOf({ privileged, addedCapabilities, droppedCapabilities }: Asked): readonly string[] {
  if (privileged) return everyCapability()
  const added = addedCapabilities.map(text => parseCapability(text, 'CapAdd'))
  const dropped = droppedCapabilities.map(text => parseCapability(text, 'CapDrop'))
  if (added.includes(ALL)) return everyCapability().filter(name => !dropped.includes(name))
  requireHeld(added)
  const basic = dropped.includes(ALL) ? [] : DEFAULT_CAPABILITIES.filter(name => !dropped.includes(name))
  return [...new Set([...basic, ...added])]
}

function requireHeld(names: readonly string[]): void {
  const missing = names.find(name => !hasCapability(BY_NUMBER.indexOf(name)))
  if (missing === undefined) return
  throw new InvalidArgument(`capability ${missing} cannot be given: the daemon has not got it on this host`, {
    fix: `leave --cap-add ${missing.slice(4)} out, or run the daemon with it`,
  })
}
