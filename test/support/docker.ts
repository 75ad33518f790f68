import { existsSync } from 'node:fs'
import { type Finished, type RunOptions, run } from './process.ts'

/** The docker command lines on this host, newest first. */
export const DOCKER_CLIS: readonly { readonly name: string; readonly path: string }[] = [
  { name: 'docker 28', path: '/usr/local/bin/docker' },
  { name: 'docker 20.10', path: '/usr/bin/docker' },
].filter(({ path }) => existsSync(path))

export type Docker = (args: readonly string[], options?: RunOptions) => Promise<Finished>

export function dockerCli(path: string, env: Readonly<Record<string, string>>): Docker {
  return (args, options = {}) => run(path, args, { env, ...options })
}
