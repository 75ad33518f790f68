import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createClient } from './client.ts'
import { fakeEngine } from './fake-engine.suite.ts'

test('a client sends nothing before its first call', async () => {
  await using engine = await fakeEngine()
  let connections = 0
  engine.server.on('connection', () => connections++)
  using client = createClient({ host: engine.host })
  assert.equal(client.host, engine.host)
  assert.equal(connections, 0)
  await client.system.ping()
  assert.equal(connections, 1)
})

test('an idle client keeps no process alive', async () => {
  await using engine = await fakeEngine()
  const program = `
    const { createClient } = await import(${JSON.stringify(join(import.meta.dirname, 'client.ts'))})
    console.log((await createClient({ host: ${JSON.stringify(engine.host)} }).system.ping()).apiVersion)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 20_000,
  })
  assert.equal(stdout, '1.51\n')
})

test('what starts slowly is not imported: packages, node:http, node:crypto', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const sources = files.filter(file => /(?<!\.test|\.suite)\.ts$/.test(file))
  const loaded = sources.flatMap(file =>
    [
      ...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(
        /^(?:import|export) (?!type)(?:[^'=;]*? from )?'([^']+)'/gm,
      ),
    ].map(match => match[1] ?? ''),
  )
  assert.ok(loaded.includes('node:fs'))
  assert.deepEqual(
    loaded.filter(name => !/^(\.|#api$|#lib\/|node:(?!https?$|crypto$))/.test(name)),
    [],
  )
})
