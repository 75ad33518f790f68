import { errorText, SystemError } from '#lib/errors'
import { findProgram, runTool } from './tool.ts'

const PS_TIMEOUT_MS = 10_000

/**
 * What the host's `ps` prints with `args` of `pids`, or of all processes where the arguments do not go together with a
 * choice.
 * @throws SystemError with its first words
 */
export async function hostPs(args: readonly string[], pids: readonly number[]): Promise<string> {
  const ps = findProgram('ps')
  if (ps === undefined) throw new SystemError('ps is not installed', { fix: 'apt-get install procps' })
  try {
    return await runTool(ps, [...args, `-q${pids.join(',')}`], { timeout: PS_TIMEOUT_MS })
  } catch {
    // Tried again below without a choice.
  }
  try {
    return await runTool(ps, args, { timeout: PS_TIMEOUT_MS })
  } catch (error) {
    throw new SystemError(`ps: ${firstWords(errorText(error))}`, { cause: error })
  }
}

/** Of what the program said, the line that has the reason. */
function firstWords(message: string): string {
  const said = message.replace(/^.*? failed \([^)]*\): /, '')
  return said.split('\n')[0] ?? said
}
