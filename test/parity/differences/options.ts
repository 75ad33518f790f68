import type { Difference } from '../accept.ts'

/** Of what a container asks of its host. */
export const OF_OPTIONS: readonly Difference[] = [
  {
    why: 'deliberate',
    reason: 'what cannot be is refused when the container is created, not when it starts or never',
    cases: 'options: limits that cannot be',
    at: 'ulimit/**',
  },
  {
    why: 'deliberate',
    reason: 'what cannot be is refused when the container is created, not when it starts or never',
    cases: 'options: namespaces that cannot be',
    at: ['user/**', 'ipc of nobody/**'],
  },
  {
    why: 'newer',
    reason: 'modes that cannot be are refused when the container is created',
    peer: 'docker 20.10',
    cases: 'options: namespaces that cannot be',
    at: ['pid/**', 'ipc/**', 'uts/**', 'pid of nobody/**'],
  },
  {
    why: 'deliberate',
    reason: 'a privileged container has what the daemon may give; Docker fails where that is not all there is',
    hostDependent: true,
    cases: 'run: privileged',
    at: '**',
  },
  {
    why: 'newer',
    reason: 'the limit of kernel memory is gone, and for old clients discarded',
    peer: 'docker 20.10',
    cases: 'options: limits that cannot be',
    at: 'kernel memory/body/Warnings/*',
  },
  {
    why: 'deliberate',
    reason: 'resolv.conf has no comments about who wrote it',
    peer: 'docker 28.5',
    cases: 'run: DNS',
    at: 'docker run/stdout/*',
    docker: /^# /,
  },
  {
    why: 'newer',
    reason: 'servers come before domains in resolv.conf',
    peer: 'docker 20.10',
    cases: 'options: names',
    at: 'docker run 2/stdout/*',
  },
  {
    why: 'newer',
    reason: 'a start that fails makes the command say nothing of waiting, if it is fast enough',
    peer: 'docker 20.10',
    hostDependent: true,
    cases: ['options: devices', 'options: mounts'],
    at: '**/stderr/1',
  },
]
