import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrivateNetwork } from '../../test/parity/peers/private-network.ts'
import { busyboxArchive } from '../../test/support/busybox.ts'
import { clientEnvironment } from '../../test/support/engine.ts'
import type { Engine } from './engine.ts'
import { processTable } from './processes.ts'

/** Podman has no daemon; its commands run in a network namespace, so that its bridge is its own. */
export async function startPodman(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-podman-'))
  const network = new PrivateNetwork()
  const roots = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')]
  const fixed = [
    ...roots,
    '--cgroup-manager',
    'cgroupfs',
    '--events-backend',
    'file',
    '--network-config-dir',
    join(folder, 'net'),
  ]
  // Without CAP_SYS_RESOURCE its own default cannot be set.
  const configuration = join(folder, 'containers.conf')
  writeFileSync(configuration, '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n')
  const command = (args: readonly string[]) => ({
    file: 'nsenter',
    args: [`--net=${network.path}`, 'podman', ...fixed, ...args],
    env: { ...clientEnvironment(), CONTAINERS_CONF: configuration },
  })
  const must = (...args: string[]) => {
    const { file, args: all, env } = command(args)
    const { status, stderr } = spawnSync(file, all, { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`podman ${args.join(' ')}: ${stderr}`)
  }
  const end = async () => {
    const { file, args, env } = command(['rm', '-fa', '-t', '0'])
    spawnSync(file, args, { env })
    for (const mount of ['root/overlay', 'root']) spawnSync('umount', [join(folder, mount)], { stdio: 'ignore' })
    rmSync(folder, { recursive: true, force: true })
    network[Symbol.dispose]()
  }
  try {
    const archive = join(folder, 'busybox.tar')
    writeFileSync(archive, busyboxArchive())
    must('import', '--change', 'CMD ["sh"]', archive, 'localhost/busybox:latest')
  } catch (error) {
    await end()
    throw error
  }
  return {
    name: 'podman',
    socket: undefined,
    command,
    inNetwork: body => network.run(body),
    processes: () =>
      [...processTable()]
        .filter(([, { command: line }]) => line.includes('conmon') && line.includes(folder))
        .map(([pid]) => pid),
    [Symbol.asyncDispose]: end,
  }
}
