import type { Difference } from '../accept.ts'

const INSIDE = [
  'inside: by default',
  'inside: as a user',
  'inside: on a terminal',
  'inside: without a network',
  'inside: in the network of the host',
  'inside: on a read-only root',
]

/** Of the OCI runtime, crun here and runc there. */
export const OF_THE_RUNTIME: readonly Difference[] = [
  {
    why: 'runtime',
    reason: 'crun hides files behind the /dev/null of the host, runc behind that of the container',
    cases: INSIDE,
    at: ['mounts/stdout//proc/keys/*', 'mounts/stdout//proc/timer_list/*'],
  },
  {
    why: 'runtime',
    reason: 'crun hides files behind the /dev/null of the host, runc behind that of the container',
    cases: INSIDE,
    at: 'mounts/stdout//proc/interrupts/*',
    peer: 'docker 28.5',
  },
  {
    why: 'runtime',
    reason: 'crun mounts what is read-only without the flags of the mount around it',
    cases: INSIDE,
    at: ['bus', 'fs', 'irq', 'sys'].map(name => `mounts/stdout//proc/${name}/options`),
    gantry: 'relatime,ro',
  },
  {
    why: 'runtime',
    reason: 'crun mounts the terminal of a container without flags',
    cases: 'inside: on a terminal',
    at: 'mounts/stdout//dev/console/options',
  },
  {
    why: 'runtime',
    reason: 'crun links /dev/core to /proc/kcore, which is hidden',
    cases: INSIDE,
    at: 'devices/stdout/core',
  },
  {
    why: 'runtime',
    reason: "crun gives the container's own /dev/null to its user where it is standard input",
    cases: 'inside: as a user',
    at: 'devices/stdout/null',
    gantry: /1000:1000/,
  },
  {
    why: 'runtime',
    reason: 'crun is the default',
    cases: ['create: *', 'container: *', 'run: record of *', 'options: record of *', 'system: facts of info'],
    at: ['**/HostConfig/Runtime', '**/DefaultRuntime'],
    gantry: 'crun',
    docker: 'runc',
  },
  {
    why: 'runtime',
    reason: 'what a runtime says of a command is told without the names of those who passed it on',
    cases: [
      'container: starts that fail',
      'restart: what cannot start',
      'run: command *',
      'run: what a failed start leaves',
      'run: bind over a file',
    ],
    at: ['**/message', '**/State/Error', '**/stderr/0'],
    gantry: /failed to create task for container: (exec: |mount )/,
    docker: /failed to create shim task: OCI runtime create failed/,
  },
]
