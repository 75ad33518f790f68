import { ExecCreateRequest, ExecStartRequest, readTerminalSize } from '#api'
import type { Backends } from '../backends.ts'
import { consoleSize, convertExec, inspectExec } from '../convert/exec.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { runAttached } from '../stream/exec.ts'

/** Other processes in running containers. */
export function execRoutes({ execs }: Backends): Route[] {
  return [
    {
      method: 'POST',
      path: '/containers/:id/exec',
      handle: async call => {
        const spec = convertExec(await call.readJson(ExecCreateRequest), call.version)
        call.sendJson(201, { Id: execs.create(call.param('id'), spec).id })
      },
    },
    { method: 'POST', path: '/exec/:id/start', handle: call => start(execs, call) },
    {
      method: 'POST',
      path: '/exec/:id/resize',
      handle: async call => {
        await execs.resize(call.param('id'), readTerminalSize(call.query))
        call.sendEmpty(200)
      },
    },
    {
      method: 'GET',
      path: '/exec/:id/json',
      handle: call => call.sendJson(200, inspectExec(execs.find(call.param('id')))),
    },
  ]
}

async function start(execs: Backends['execs'], call: ApiCall): Promise<void> {
  const { record } = execs.find(call.param('id'))
  const { Detach = false, Tty = false, ConsoleSize } = await call.readJson(ExecStartRequest)
  const size = consoleSize(ConsoleSize, { tty: Tty, version: call.version })
  if (!Detach) {
    await runAttached(execs, call, record, { tty: Tty, consoleSize: size })
    return
  }
  await execs.start(record.id, { attach: false, consoleSize: size })
  call.sendEmpty(200)
}
