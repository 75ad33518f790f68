import type { Client } from '#client'
import { InvalidArgument } from '#lib/errors'

export type ObjectKind = 'container' | 'image' | 'network' | 'volume'

const FOLDERS: Readonly<Record<ObjectKind, (name: string) => string>> = {
  container: name => `/containers/${name}/json`,
  image: name => `/images/${name}/json`,
  network: name => `/networks/${name}`,
  volume: name => `/volumes/${name}`,
}

/** What the engine says of an object, as it says it. @throws NotFound, InvalidArgument */
export async function inspectRaw(client: Client, kind: ObjectKind, name: string, query: object = {}): Promise<string> {
  return await client.requests.text('GET', FOLDERS[kind](escapedName(kind, name)), { query })
}

/** A name as part of a path, which must not lead elsewhere; slashes, colons and `@` are part of the names of images. */
function escapedName(kind: ObjectKind, name: string): string {
  if (name.trim() === '') throw new InvalidArgument(`invalid ${kind} name or ID: value is empty`)
  const parts = name.split('/')
  if (parts.some(part => part === '.' || part === '..'))
    throw new InvalidArgument(`invalid ${kind} name or ID: ${name}`)
  return parts.map(part => encodeURIComponent(part).replaceAll('%3A', ':').replaceAll('%40', '@')).join('/')
}
