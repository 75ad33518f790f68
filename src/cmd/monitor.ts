import { parseArgs } from 'node:util'
import { errorText } from '#lib/errors'
import { createLogger } from '#lib/log'
import { runMonitor } from '#runtime'

/** `gantry monitor --exec-root DIR`: started by the daemon, never by people. Prints a line when it is ready. */
export async function monitorMain(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { 'exec-root': { type: 'string' } } })
  const execRoot = values['exec-root']
  if (execRoot === undefined) throw new Error('gantry monitor: --exec-root is missing')
  const log = createLogger('info', line => void process.stderr.write(line))
  try {
    await runMonitor(execRoot, log, () => void process.stdout.write('ready\n'))
  } catch (error) {
    log.error(errorText(error))
    process.exitCode = 1
  }
}
