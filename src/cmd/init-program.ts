import { findProgram, isStaticProgram } from '#linux'

const NAMES = ['docker-init', 'tini-static', 'tini', 'catatonit']

/** The host's small init for `--init` that runs in any root: one that needs no loader of the host's. */
export function findInitProgram(): string | undefined {
  return NAMES.map(findProgram).find(path => path !== undefined && isStaticProgram(path))
}
