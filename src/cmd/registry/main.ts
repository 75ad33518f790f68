import { errorText, InvalidArgument } from '#lib/errors'
import { collectMain } from './collect.ts'
import { COLLECT_HELP, REGISTRY_HELP, SERVE_HELP } from './help.ts'
import { serveMain } from './serve.ts'

/** `gantry registry serve | collect` */
export async function registryMain(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args
  try {
    await run(command, rest)
  } catch (error) {
    process.stderr.write(`gantry registry: ${errorText(error)}\n`)
    process.exitCode = 1
  }
}

async function run(command: string | undefined, args: readonly string[]): Promise<void> {
  const help = args.includes('--help') || args.includes('-h')
  if (command === 'serve') return help ? void process.stdout.write(SERVE_HELP) : await serveMain(args)
  if (command === 'collect') return help ? void process.stdout.write(COLLECT_HELP) : await collectMain(args)
  if (command === undefined || command === '--help' || command === '-h') return void process.stdout.write(REGISTRY_HELP)
  throw new InvalidArgument(`'${command}' is not a registry command`, { fix: "see 'gantry registry --help'" })
}
