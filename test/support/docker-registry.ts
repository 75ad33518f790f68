import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Which of the programs are not installed, as a reason to skip a test; false where all are. */
export function missingPrograms(...programs: readonly string[]): string | false {
  const missing = programs.filter(program => spawnSync('which', [program]).status !== 0)
  return missing.length > 0 ? `not installed: ${missing.join(', ')}` : false
}

export interface RunningRegistry {
  /** As in references: `127.0.0.1:PORT`. */
  readonly host: string
  stop(): Promise<void>
}

/** Starts the reference registry with its data below `folder`; `http` is more of that part of its configuration. */
export async function startDockerRegistry(folder: string, http = ''): Promise<RunningRegistry> {
  const config = join(folder, 'config.yml')
  const storage = `storage: { filesystem: { rootdirectory: ${join(folder, 'data')} } }`
  writeFileSync(
    config,
    `version: 0.1\nlog: { level: info, accesslog: { disabled: true } }\n${storage}\nhttp: { addr: "127.0.0.1:0"${http} }\n`,
  )
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let host: string | undefined
  for await (const line of createInterface({ input: child.stderr })) {
    host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (host !== undefined) break
  }
  assert.ok(host !== undefined, 'docker-registry did not start')
  child.stderr.resume()
  return {
    host,
    async stop() {
      if (child.exitCode !== null) return
      const gone = new Promise(resolve => child.on('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Runs skopeo without asking for signatures or certificates. */
export function skopeoCopy(...args: readonly string[]): void {
  const tls = ['--src-tls-verify=false', '--dest-tls-verify=false']
  const { status, stderr } = spawnSync('skopeo', ['copy', '--insecure-policy', ...tls, ...args])
  assert.equal(status, 0, stderr.toString())
}
