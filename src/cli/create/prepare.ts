import { Failure, REFUSED } from '../failure.ts'
import { platformOf } from '../image/platform.ts'
import { refuseContentTrust } from '../image/trust.ts'
import type { Connection, Context } from '../program/context.ts'
import { describe } from '../program/describe.ts'
import type { NewContainer } from './container.ts'
import type { CreateFlags } from './flags.ts'
import { proxyVariables } from './proxies.ts'
import { createRequest } from './request.ts'

export interface CreateCall {
  readonly context: Context
  readonly flags: CreateFlags
  readonly given: ReadonlySet<string>
  readonly args: readonly string[]
}

/** What `run` and `create` are asked to make. @throws Failure with exit code 125 where the flags contradict each other */
export function prepareContainer(call: CreateCall, { config, endpoint }: Connection): NewContainer {
  const { context, flags, given } = call
  refuseContentTrust(flags['disable-content-trust'], given.has('disable-content-trust'), context.env)
  if (flags['use-api-socket']) {
    throw new Failure('--use-api-socket: not done by this version of Gantry', REFUSED)
  }
  try {
    checkPull(flags.pull)
    const proxies = proxyVariables(config.settings, endpoint.host)
    const request = createRequest({ ...call, lookUp: name => context.env[name], proxies })
    return {
      request: { ...request, HostConfig: { ...request.HostConfig, ...consoleSize(context) } },
      name: flags.name,
      platform: platformOf(flags.platform, given.has('platform'), context.env),
      pull: flags.pull === '' ? 'missing' : flags.pull,
      quiet: flags.quiet,
      cidFile: flags.cidfile,
    }
  } catch (error) {
    throw new Failure(withHelp(error, context.path), REFUSED, error)
  }
}

/** An error with the words that Docker puts around those of `run` and `create`. */
export function withHelp(error: unknown, path: string): string {
  const command = path.split(' ').at(-1) ?? ''
  return `gantry: ${describe(error)}\n\nRun 'gantry ${command} --help' for more information`
}

function checkPull(text: string): void {
  if (['', 'always', 'missing', 'never'].includes(text)) return
  throw new Error(`invalid pull option: '${text}': must be one of "always", "missing" or "never"`)
}

function consoleSize({ streams }: Context): { ConsoleSize?: [number, number] } {
  const { size } = streams.out
  return size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] }
}
