import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { busyboxArchive } from '../../test/support/busybox.ts'
import { clientEnvironment } from '../../test/support/engine.ts'
import type { Engine } from './engine.ts'

/** The floor: the runtime alone on a prepared bundle, no network, no layers, no log. Knows one command, `run`. */
export async function startCrun(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-crun-'))
  const bundle = join(folder, 'bundle')
  mkdirSync(join(bundle, 'rootfs'), { recursive: true })
  spawnSync('tar', ['-xf', '-', '-C', join(bundle, 'rootfs')], { input: busyboxArchive() })
  spawnSync('crun', ['spec'], { cwd: bundle })
  const spec = JSON.parse(spawnSync('cat', [join(bundle, 'config.json')], { encoding: 'utf8' }).stdout)
  spec.process.terminal = false
  spec.process.args = ['true']
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec))
  let count = 0
  return {
    name: 'crun',
    socket: undefined,
    command: () => ({
      file: 'crun',
      args: ['--root', join(folder, 'state'), 'run', '--bundle', bundle, `bench-${process.pid}-${count++}`],
      env: clientEnvironment(),
    }),
    inNetwork: body => body(),
    processes: () => [],
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
