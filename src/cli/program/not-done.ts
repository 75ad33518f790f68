/** Commands of Docker that this version does not do, by their paths; a whole group by its name. */
const NOT_DONE: ReadonlySet<string> = new Set([
  ...['bake', 'build', 'builder', 'buildx', 'checkpoint', 'compose', 'config', 'context', 'debug'],
  ...['node', 'plugin'],
  ...['scout', 'secret', 'service', 'stack', 'swarm', 'trust'],
  'volume',
  'image build',
  ...['network connect', 'network create', 'network disconnect', 'network prune', 'network rm', 'network remove'],
  'system dial-stdio',
])

/** Whether Docker has a command at `path` and Gantry does not. */
export function isNotDone(path: string): boolean {
  return NOT_DONE.has(path)
}
