import type { Client } from '#client'
import type { CompletedNames } from '../flags/flag.ts'

/** How long a shell waits for an engine. */
const PATIENCE_MS = 1500

/** The names of what lives in the engine. */
export async function names(client: Client, kind: Exclude<CompletedNames, 'files'>): Promise<string[]> {
  const call = { signal: AbortSignal.timeout(PATIENCE_MS) }
  switch (kind) {
    case 'places':
      return containerNames(await client.containers.list({ all: true }, call)).map(name => `${name}:`)
    case 'containers':
      return containerNames(await client.containers.list({ all: true }, call))
    case 'running':
      return containerNames(await client.containers.list({}, call))
    case 'stopped': {
      const all = await client.containers.list({ all: true }, call)
      return containerNames(all.filter(({ State }) => State === 'exited' || State === 'created' || State === 'dead'))
    }
    case 'images': {
      const images = await client.images.list({}, call)
      return images.flatMap(({ RepoTags: tags }) => tags ?? []).flatMap(tag => shorter(tag))
    }
    case 'networks':
      return (await client.networks.list({}, call)).map(({ Name }) => Name)
  }
}

function containerNames(containers: readonly { readonly Names: readonly string[] }[]): string[] {
  return containers.flatMap(({ Names }) => Names.slice(0, 1)).map(name => name.replace(/^\//, ''))
}

/** `busybox` beside `busybox:latest`. */
function shorter(tag: string): string[] {
  return tag.endsWith(':latest') ? [tag.slice(0, -':latest'.length), tag] : [tag]
}
