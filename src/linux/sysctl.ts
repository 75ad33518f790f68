import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidArgument } from '#lib/errors'

const NAME = /^[a-z0-9_]+(?:[./][A-Za-z0-9_-]+)+$/

/** `net/ipv4/ip_forward` or `net.ipv4.ip_forward` as a file of /proc/sys. Link names with dots need the slash form. */
function fileOf(name: string): string {
  if (!NAME.test(name)) throw new InvalidArgument(`sysctl ${JSON.stringify(name)} is not a valid name`)
  return join('/proc/sys', name.includes('/') ? name : name.replaceAll('.', '/'))
}

/** Undefined where the kernel has no such setting. */
export function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(fileOf(name), 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Sets a kernel setting of this thread's namespaces. False where the kernel has none of that name or refuses. */
export function writeSysctl(name: string, value: string): boolean {
  try {
    writeFileSync(fileOf(name), value)
    return true
  } catch {
    return false
  }
}
