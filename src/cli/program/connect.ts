import { createClient, type EndpointFlags, type Environment, findEngine } from '#client'
import type { Connection } from './context.ts'

/** @throws GantryError where the flags, the environment or the files of `~/.docker` name no engine. */
export function connect(flags: EndpointFlags, env: Environment, home: string, signal: AbortSignal): Connection {
  const { endpoint, config, options } = findEngine(flags, env, home)
  return { client: createClient({ ...options, signal }), endpoint, config }
}
