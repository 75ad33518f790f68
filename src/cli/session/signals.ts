import type { Client } from '#client'

/**
 * Signals that a program can be told to hand on, by the names that engines know. Those without which a program cannot
 * go on (SIGSEGV, ...), and those of the kernel to this process alone (SIGCHLD, SIGPIPE, SIGURG), are not among them;
 * SIGWINCH reaches a container through the size of its terminal.
 */
const FORWARDED = [
  ...[
    'HUP',
    'INT',
    'QUIT',
    'ABRT',
    'USR1',
    'USR2',
    'ALRM',
    'TERM',
    'CONT',
    'TSTP',
    'TTIN',
    'TTOU',
    'IO',
    'PWR',
    'TRAP',
  ],
] as const

/**
 * Sends every signal that this process gets to the container, until disposed of. Those that come before it has
 * `started` wait for that: its first output may be here before the answer to its start, and engines refuse signals to
 * what they have not called running yet.
 */
export function forwardSignals(client: Client, container: string, started: Promise<unknown>): Disposable {
  const forward = (name: string) => {
    // A container that is gone by now, or never was there, needs no signal.
    started.then(() => client.containers.kill(container, { signal: name.replace(/^SIG/, '') })).catch(() => {})
  }
  for (const name of FORWARDED) process.on(`SIG${name}`, forward)
  return {
    [Symbol.dispose]() {
      for (const name of FORWARDED) process.off(`SIG${name}`, forward)
    },
  }
}
