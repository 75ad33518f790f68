/** What a virtual machine needs of the host it is started on. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemSkip } from '../support/engine.ts'
import { ROOT } from '../support/modules.ts'

export const QEMU = '/usr/bin/qemu-system-x86_64'
export const MAKE_EXT4 = '/usr/sbin/mke2fs'

/** Where `npm run test:vm` unpacks Debian's kernel; the host's own is as good. */
const KERNEL_HOMES = [process.env['GANTRY_VM_KERNEL'], join(ROOT, '.cache/vm/kernel'), '/']

export interface Kernel {
  readonly version: string
  readonly image: string
  readonly modules: string
}

/** A kernel of Debian's for virtual machines, with its modules; undefined where there is none. */
export function findKernel(): Kernel | undefined {
  for (const home of KERNEL_HOMES) {
    const boot = join(home ?? '', 'boot')
    if (home === undefined || !existsSync(boot)) continue
    for (const name of readdirSync(boot)) {
      const version = /^vmlinuz-(.*-cloud-amd64)$/.exec(name)?.[1]
      const modules = join(home, 'lib/modules', version ?? '')
      if (version !== undefined && existsSync(modules)) return { version, image: join(boot, name), modules }
    }
  }
  return undefined
}

/** Why no machine can be started here; false when it can. */
export function machineSkip(): string | false {
  if (process.arch !== 'x64') return 'needs x86-64'
  if (!existsSync(QEMU)) return 'needs qemu-system-x86 (npm run test:vm installs it)'
  if (!existsSync(MAKE_EXT4)) return 'needs e2fsprogs'
  if (findKernel() === undefined) return 'needs linux-image-cloud-amd64 (npm run test:vm fetches it)'
  return systemSkip()
}
