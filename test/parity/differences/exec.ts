import type { Difference } from '../accept.ts'

/** Of commands in running containers. */
export const OF_EXECS: readonly Difference[] = [
  {
    why: 'deliberate',
    reason: 'a working folder of a command is refused before anything runs, and is no matter of mounts',
    cases: 'exec: working folder',
    at: ['docker exec 4/code', 'docker exec 4/stdout/0', 'docker exec 4/stderr/0', 'docker exec 3/stdout/0'],
  },
  {
    why: 'deliberate',
    reason: 'detach keys that cannot be read are a mistake of the client',
    cases: 'exec: requests that say too little or too much',
    at: 'keys/status',
    gantry: 400,
    docker: 500,
  },
  {
    why: 'deliberate',
    reason: 'a field of the wrong type is named, with what was expected',
    cases: 'exec: requests that say too little or too much',
    at: 'a text/body/message',
    gantry: /^invalid request body: /,
  },
  {
    why: 'newer',
    reason: 'the words of newer versions',
    peer: 'docker 20.10',
    cases: ['exec: container that never ran', 'exec: container that does not run'],
    at: ['POST containers {c} exec/body/message'],
  },
  {
    why: 'newer',
    reason: 'the words of newer versions',
    peer: 'docker 20.10',
    cases: 'exec: container that does not run',
    at: 'docker exec/stderr/0',
  },
  {
    why: 'newer',
    reason: 'the words of newer versions',
    peer: 'docker 20.10',
    cases: 'exec: what cannot be run',
    at: 'docker exec 6/stderr/0',
  },
  {
    why: 'newer',
    reason: 'the words of newer versions',
    peer: 'docker 20.10',
    cases: 'exec: requests that say too little or too much',
    at: 'half a size/body/message',
  },
  {
    why: 'newer',
    reason: 'refusals of a command have its code and end without `: unknown`',
    peer: 'docker 20.10',
    cases: 'exec: what cannot be run',
    at: [
      ...['docker exec', 'docker exec 2', 'docker exec 5'].map(step => `${step}/code`),
      ...['', ' 2', ' 3', ' 4', ' 5'].map(step => `docker exec${step}/stdout/0`),
    ],
  },
  {
    why: 'newer',
    reason: 'refusals of a command have its code and end without `: unknown`',
    peer: 'docker 20.10',
    cases: 'exec: working folder',
    at: ['docker exec 2/code', 'docker exec 2/stdout/0', 'docker exec 3/code'],
  },
  {
    why: 'newer',
    reason: 'a user that is not there is refused before anything runs',
    peer: 'docker 20.10',
    cases: 'exec: users',
    at: ['docker exec 3/**', 'docker exec 4/**'],
  },
  {
    why: 'newer',
    reason: 'a privileged command has the capabilities that the daemon may give',
    peer: 'docker 20.10',
    hostDependent: true,
    cases: 'exec: rights of a privileged one',
    at: 'docker exec/**',
  },
  {
    why: 'runtime',
    reason: 'crun says it on stderr before its log, which may be read too early to know the words for its own',
    cases: 'exec: a script without its interpreter',
    at: '**/stderr/0',
    hostDependent: true,
  },
]
