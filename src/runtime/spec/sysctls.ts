import { InvalidArgument } from '#lib/errors'
import type { NamespaceChoice } from './settings.ts'

const OF_IPC = new Set(
  ['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'].map(name => `kernel.${name}`),
)

export interface SysctlScope {
  readonly network: 'own' | 'joined' | 'host'
  readonly ipc: NamespaceChoice
  readonly uts: NamespaceChoice
}

/** Only what belongs to a namespace of the container may be set. @throws InvalidArgument in the words of Docker's runtime */
export function checkSysctl(name: string, { network, ipc, uts }: SysctlScope): void {
  const key = name.replaceAll('/', '.')
  if (OF_IPC.has(key) || key.startsWith('fs.mqueue.')) {
    if (ipc === 'host') throw new InvalidArgument(`sysctl "${name}" is not allowed in the hosts ipc namespace`)
    return
  }
  if (key.startsWith('net.')) {
    if (network === 'host') throw new InvalidArgument(`sysctl "${name}" not allowed in host network namespace`)
    return
  }
  if (key === 'kernel.domainname' && uts === 'own') return
  if (key === 'kernel.hostname') {
    throw new InvalidArgument(`sysctl "${name}" is not allowed as it conflicts with the OCI "hostname" field`)
  }
  throw new InvalidArgument(`sysctl "${name}" is not in a separate kernel namespace`)
}
