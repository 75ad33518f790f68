import type { Leak } from './leaks.ts'

/** What a start of the daemon, or any removal, looks for and takes away by itself. */
const RESTART = 'restart the daemon, which takes it away'
const COLLECT = 'remove any image, which takes it away'

/** How a leak of one kind is mended; `NAME` stands for what it is called. */
const FIXES: Readonly<Record<string, string>> = {
  mount: 'umount NAME',
  link: 'ip link delete NAME',
  'network namespace': RESTART,
  'control group': 'end the processes in it and remove its folder below /sys/fs/cgroup (in every hierarchy, on v1)',
  'runtime state': 'crun --root EXEC-ROOT/runtime delete --force NAME, or runc for crun',
  'task folder': RESTART,
  'sandbox record': RESTART,
  'terminal socket': 'remove it',
  'init folder': RESTART,
  'container folder': RESTART,
  'temporary folder': 'remove it',
  'snapshot folder': RESTART,
  snapshot: RESTART,
  'snapshot record': 'remove its image or container',
  blob: COLLECT,
  layer: COLLECT,
  ingest: COLLECT,
  'missing mount': 'restart that container',
  monitor: 'gantry system teardown, which ends all containers of the data root',
}

export function fixOf({ kind, name }: Leak): string {
  return (FIXES[kind] ?? 'gantry system teardown').replace('NAME', name)
}
