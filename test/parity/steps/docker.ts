import { run } from '../../support/process.ts'
import { onTerminal } from '../../support/pty.ts'
import type { DockerStep, Json } from '../case.ts'
import { dockerEnvironment, filled, type RunContext, type Running } from './context.ts'
import { show } from './views.ts'

export function runDocker(step: DockerStep, context: RunContext): Running {
  const path = context.cli
  const args = step.args.map(arg => filled(arg, context))
  const result = step.terminal === undefined ? plain(path, args, step, context) : typed(path, args, step, context)
  return { begun: Promise.resolve(), result }
}

async function plain(path: string, args: string[], step: DockerStep, context: RunContext): Promise<Json> {
  const input = step.input === undefined ? {} : { input: filled(step.input, context) }
  const { code, signal, stdout, stderr } = await run(path, args, { env: dockerEnvironment(context), ...input })
  if (step.capture !== undefined) context.values.set(step.capture, stdout.split('\n')[0] ?? '')
  return {
    code: code ?? `signal ${signal}`,
    stdout: show(Buffer.from(stdout), code === 0 ? step : {}),
    stderr: show(Buffer.from(stderr)),
  }
}

async function typed(path: string, args: string[], step: DockerStep, context: RunContext): Promise<Json> {
  using terminal = onTerminal(path, args, dockerEnvironment(context))
  for (const [pattern, text] of step.terminal ?? []) {
    await terminal.until(pattern)
    terminal.type(text)
  }
  const code = await terminal.ended
  return { code, stdout: show(Buffer.from(terminal.output.replaceAll('\r\n', '\n')), step) }
}
