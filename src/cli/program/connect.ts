import { createClient, type EndpointFlags, type Environment, findEngine } from '#client'
import { errorText } from '#lib/errors'
import { Failure } from '../failure.ts'
import type { Connection } from './context.ts'

/** @throws Failure where the flags, the environment or the files of `~/.docker` name no engine. */
export function connect(flags: EndpointFlags, env: Environment, home: string, signal: AbortSignal): Connection {
  try {
    const { endpoint, config, options } = findEngine(flags, env, home)
    return { client: createClient({ ...options, signal }), endpoint, config }
  } catch (cause) {
    throw new Failure(withPrefix(errorText(cause)), undefined, cause)
  }
}

/** Docker puts its words before whatever keeps it from finding the engine; others stand for themselves. */
function withPrefix(reason: string): string {
  if (/^(conflicting options|parsing config file)/.test(reason)) return reason
  return `Failed to initialize: unable to resolve docker endpoint: ${reason}`
}
