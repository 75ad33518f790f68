import type { Difference } from '../accept.ts'

const OLD = 'docker 20.10'

/** Of `docker cp` and its part of the API. */
export const OF_COPIES: readonly Difference[] = [
  {
    why: 'deliberate',
    reason: 'an archive that is none is a mistake of the client (400), and where it is wrong is told',
    cases: 'copy: put',
    at: ['put garbage /w/status', 'put garbage /w/body/message'],
  },
  {
    why: 'deliberate',
    reason: 'an archive that leads out of its folder is a mistake of the client (400)',
    cases: 'copy: put over what is there',
    at: ['put copied:out /w/status', 'put copied:hard /w/status'],
    gantry: 400,
  },
  {
    why: 'deliberate',
    reason:
      'copies into a running container go where its processes see them, into memory and /proc too; Docker puts them where only a copy sees them',
    cases: ['copy: calls that cannot be', 'copy: read-only'],
    at: ['put copied /proc/**', 'put copied /dev/**'],
  },
  {
    why: 'runtime',
    reason: 'crun makes the folders of a mount point with the sticky bit',
    cases: 'copy: one that does not run',
    at: ['get /mnt/stat/mode', 'get /mnt/body/*'],
  },
  {
    why: 'newer',
    reason: 'what cannot be copied to is a mistake of the client (400)',
    peer: OLD,
    cases: ['copy: put', 'copy: read-only', 'copy: calls that cannot be'],
    at: '**/status',
    gantry: 400,
    docker: 500,
  },
  {
    why: 'newer',
    reason: 'messages show paths of the container, not of the host, and nothing of the program that unpacks',
    peer: OLD,
    cases: ['copy: get', 'copy: put', 'copy: put over what is there', 'copy: calls that cannot be'],
    at: '**/body/message',
  },
  {
    why: 'newer',
    reason: 'users are looked up in the container, not on the host',
    peer: OLD,
    cases: 'copy: whose files they are',
    at: ['put copied /tmp&copyUIDGID=1/**', 'tree /tmp/**'],
  },
  {
    why: 'newer',
    reason: 'a path is called as it was written',
    peer: OLD,
    cases: 'copy: stat',
    at: 'stat /w/dir/../stat/name',
  },
]
