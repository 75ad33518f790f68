import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { errorText, InvalidArgument } from '#lib/errors'
import { http } from '#lib/node-http'
import { DEFAULT_ROOTS, type Roots } from './daemon/settings.ts'

const ANSWER_TIMEOUT_MS = 2000

/**
 * The roots that a command works on: as named by its flags; else those of the engine at `-H` or DOCKER_HOST, if it is
 * ours and here; else the usual ones.
 * @throws InvalidArgument
 */
export async function findRoots(
  args: readonly string[],
  known: readonly string[],
): Promise<{ roots: Roots; flags: Set<string> }> {
  const { values } = parse(args, known)
  const flags = new Set(known.filter(name => values[name] === true))
  const named = { dataRoot: values['data-root'], execRoot: values['exec-root'] }
  const host = values['host'] ?? process.env['DOCKER_HOST']
  const asked =
    named.dataRoot === undefined && named.execRoot === undefined && typeof host === 'string'
      ? await askEngine(host)
      : undefined
  const pick = (key: keyof Roots) => {
    const value = named[key]
    return typeof value === 'string' ? resolve(value) : (asked?.[key] ?? DEFAULT_ROOTS[key])
  }
  return { roots: { dataRoot: pick('dataRoot'), execRoot: pick('execRoot') }, flags }
}

function parse(args: readonly string[], known: readonly string[]): { values: Record<string, unknown> } {
  const options = {
    'data-root': { type: 'string' },
    'exec-root': { type: 'string' },
    host: { type: 'string', short: 'H' },
    ...Object.fromEntries(known.map(name => [name, { type: 'boolean' } as const])),
  } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false })
  } catch (error) {
    throw new InvalidArgument(errorText(error).split('. ')[0] ?? '', { fix: 'see --help' })
  }
}

/** What an engine on a local socket says of itself; undefined where none answers or it is another one. */
function askEngine(host: string): Promise<Roots | undefined> {
  if (!host.startsWith('unix://')) return Promise.resolve(undefined)
  return new Promise(done => {
    const call = http.request(
      { socketPath: host.slice('unix://'.length), path: '/info', timeout: ANSWER_TIMEOUT_MS },
      response => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('end', () => done(rootsOf(Buffer.concat(chunks).toString())))
      },
    )
    call.once('error', () => done(undefined))
    call.once('timeout', () => call.destroy())
    call.end()
  })
}

function rootsOf(text: string): Roots | undefined {
  try {
    const { DockerRootDir, ExecRoot } = JSON.parse(text) as { DockerRootDir?: unknown; ExecRoot?: unknown }
    return typeof DockerRootDir === 'string' && typeof ExecRoot === 'string'
      ? { dataRoot: DockerRootDir, execRoot: ExecRoot }
      : undefined
  } catch {
    return undefined
  }
}
