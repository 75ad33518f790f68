import { existsSync } from 'node:fs'
import { DOCKER_PROGRAMS } from '../../test/parity/peers/docker-peer.ts'
import { startCrun } from './crun.ts'
import { startDocker } from './docker.ts'
import type { Engine } from './engine.ts'
import { startGantry } from './gantry.ts'
import { startPodman } from './podman.ts'

export interface Candidate {
  readonly name: string
  /** Why it cannot be measured here; false when it can. */
  readonly absent: string | false
  readonly start: () => Promise<Engine>
}

/** Gantry first: the others are told as ratios of it. */
export const CANDIDATES: readonly Candidate[] = [
  { name: 'gantry', absent: false, start: startGantry },
  ...DOCKER_PROGRAMS.toReversed().map(program => ({
    name: program.name,
    absent: program.absent,
    start: () => startDocker(program),
  })),
  {
    name: 'podman',
    absent: existsSync('/usr/bin/podman') ? false : 'needs it: apt-get install podman',
    start: startPodman,
  },
  { name: 'crun', absent: existsSync('/usr/bin/crun') ? false : 'needs it: apt-get install crun', start: startCrun },
]
