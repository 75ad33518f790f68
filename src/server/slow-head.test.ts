import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createApp } from './app.ts'
import type { Backends } from './backends.ts'
import { listen } from './listen.ts'

test('a head that dribbles in is answered with 408 and the end of its connection', { timeout: 10_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-slow-'))
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const none = {} as Backends // No route is ever reached.
  const app = await createApp({ backends: none, log: quiet, version: '0', headMaxMs: 100 })
  const path = join(folder, 'sock')
  {
    await using _listener = await listen(app.server, { kind: 'unix', path }, { tls: undefined, insecureTcp: false })
    const socket = connect(path)
    socket.write('GET /_ping HTTP/1.1\r\nHo')
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    assert.match(text, /^HTTP\/1\.1 408 [\s\S]*\{"message":"the head of the request took too long"\}\n$/)
  }
  rmSync(folder, { recursive: true })
})
