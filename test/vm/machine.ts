/** A virtual machine that boots, runs `guest.ts` with Gantry installed as a package, and is gone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../support/process.ts'
import { findKernel, QEMU } from './host.ts'
import { makeInitramfs, makeRootImage } from './root-image.ts'

const MEMORY_MB = '1536'
const PROCESSORS = '2'
/**
 * Always emulated: within another machine KVM may be there and not work. Page tables of five levels cost an emulator
 * more than they give.
 */
const PROCESSOR = ['-accel', 'tcg,thread=multi', '-cpu', 'max,la57=off']

export interface MachineOptions {
  readonly runtimes: readonly string[]
  /** Whether the tests see a group of their own as the root of all, as in a container. */
  readonly cgroupNamespace: boolean
  /** Milliseconds after which it is switched off. */
  readonly timeout: number
}

/** @returns what the machine wrote on its serial line, of which the tests' report is the greatest part */
export async function bootAndRun({ runtimes, cgroupNamespace, timeout }: MachineOptions): Promise<string> {
  const kernel = findKernel()
  if (kernel === undefined) throw new Error('no kernel: see machineSkip()')
  const folder = mkdtempSync(join(tmpdir(), 'gantry-vm-'))
  try {
    const disk = await makeRootImage(folder, kernel)
    const initramfs = await makeInitramfs(folder, kernel)
    // The kernel hands what it does not know to the first program as its environment.
    const env = [`RUNTIMES=${runtimes.join(',')}`, `CGROUP_NAMESPACE=${cgroupNamespace ? 'yes' : 'no'}`]
    const { stdout, stderr } = await run(QEMU, machine(kernel.image, initramfs, disk, env), { timeout })
    if (stderr !== '') process.stderr.write(stderr)
    return stdout.replaceAll('\r', '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function machine(kernel: string, initramfs: string, disk: string, env: readonly string[]): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...PROCESSOR,
    ...['-machine', 'pc', '-m', MEMORY_MB, '-smp', PROCESSORS],
    ...['-kernel', kernel, '-initrd', initramfs],
    ...['-append', ['console=ttyS0 loglevel=1 panic=-1 random.trust_cpu=on mitigations=off', ...env].join(' ')],
    ...['-drive', `file=${disk},format=raw,if=virtio,cache=unsafe`],
  ]
}
