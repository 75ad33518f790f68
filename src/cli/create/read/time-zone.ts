import { readFileSync, realpathSync } from 'node:fs'
import type { Mount } from '#api'

const FOLDER = '/usr/share/zoneinfo'
const NAME = /^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/

/** What gives a container a time zone: the variable that programs read, and the zone's file for images without any. */
export interface TimeZone {
  readonly variable: string
  readonly mount: Mount
}

/** `Area/City`, or `local` for this computer's. @throws Error for what is no such name */
export function readTimeZone(text: string): TimeZone {
  const name = text === 'local' ? localZone() : text
  if (!NAME.test(name)) throw new Error(`invalid time zone: ${text}: name one as Area/City, or say local`)
  const path = `${FOLDER}/${name}`
  return { variable: `TZ=${name}`, mount: { Type: 'bind', Source: path, Target: path, ReadOnly: true } }
}

/** As localtime(5) says where to look, then where Debian keeps it. */
function localZone(): string {
  const name = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(real('/etc/localtime'))?.[1]
  return name ?? read('/etc/timezone') ?? 'Etc/UTC'
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
