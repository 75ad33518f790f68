import { errorText } from '#lib/errors'
import { FrameDecoder } from '#lib/stdcopy'
import { formatRfc3339Nano, nowNanos } from '#lib/time'
import { formatDuration } from '#lib/units'
import type { ContainerRecord, HealthResult } from '../container/record.ts'
import type { EngineDeps } from '../deps.ts'
import { createExec } from '../exec/create.ts'
import { type StartedExec, startExec } from '../exec/start.ts'
import { reach } from './reach.ts'
import type { Healthcheck, HealthTarget } from './settings.ts'

/** What is kept of the output of a probe (SAFETY S89); the rest is read and thrown away. */
const OUTPUT_MAX = 4096
/** Of one that came to no end of its own. */
const NO_CODE = -1

/** Runs the check once, as an exec of the container; what goes wrong is the result. */
export async function probe(deps: EngineDeps, record: ContainerRecord, check: Healthcheck): Promise<HealthResult> {
  const start = formatRfc3339Nano(nowNanos())
  const { target, timeout } = check
  const asked =
    target.kind === 'exec' ? run(deps, record, target.args, timeout) : reached(deps, record, target, timeout)
  const { code, output } = await asked.catch((error: unknown) => ({
    code: NO_CODE,
    output: errorText(error),
  }))
  return { start, end: formatRfc3339Nano(nowNanos()), code, output }
}

async function run(
  deps: EngineDeps,
  { id }: ContainerRecord,
  args: readonly string[],
  timeout: number,
): Promise<{ code: number; output: string }> {
  const exec = createExec(deps, id, { ...PROBE_EXEC, args: [...args] })
  const started = await startExec(deps, exec.id, { attach: true, consoleSize: null })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    started.kill()
  }, timeout)
  const output = await collect(started).finally(() => clearTimeout(timer))
  if (isLate) {
    const words = lateWords(timeout)
    return { code: NO_CODE, output: output === '' ? words : `${words}: ${output}` }
  }
  const { state } = deps.execs.find(exec.id)
  return { code: state.status === 'ended' ? state.code : NO_CODE, output }
}

async function reached(
  deps: EngineDeps,
  { id }: ContainerRecord,
  target: Exclude<HealthTarget, { kind: 'exec' }>,
  timeout: number,
): Promise<{ code: number; output: string }> {
  const signal = AbortSignal.timeout(timeout)
  try {
    return await reach(deps, id, target, signal)
  } catch (error) {
    return { code: signal.aborted ? NO_CODE : 1, output: signal.aborted ? lateWords(timeout) : errorText(error) }
  }
}

function lateWords(timeout: number): string {
  return `Health check exceeded timeout (${formatDuration(timeout * 1e6)})`
}

const PROBE_EXEC = {
  env: [],
  workingDir: '',
  user: '',
  tty: false,
  privileged: false,
  attachStdin: false,
  attachStdout: true,
  attachStderr: true,
  detachKeys: '',
  consoleSize: null,
}

/** All it says, up to the limit, until its end. */
async function collect({ stream, ended }: StartedExec): Promise<string> {
  if (stream === undefined) throw new Error('an exec that is attached has a stream')
  try {
    const [output] = await Promise.all([beginningOf(stream.output), ended])
    return output
  } finally {
    stream.destroy()
  }
}

async function beginningOf(output: AsyncIterable<Buffer>): Promise<string> {
  const decoder = new FrameDecoder()
  const kept: Buffer[] = []
  let size = 0
  for await (const chunk of output) {
    for (const { data } of decoder.push(chunk)) {
      if (size < OUTPUT_MAX) kept.push(data.subarray(0, OUTPUT_MAX - size))
      size += data.length
    }
  }
  const text = Buffer.concat(kept).toString('utf8')
  return size > OUTPUT_MAX ? `${text}...` : text
}
