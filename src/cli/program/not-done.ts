/** Commands of Docker that this version does not do, by their paths; a whole group by its name. */
const NOT_DONE: ReadonlySet<string> = new Set([
  ...['bake', 'build', 'builder', 'buildx', 'checkpoint', 'commit', 'compose', 'config', 'context', 'cp', 'debug'],
  ...['diff', 'events', 'export', 'manifest', 'node', 'pause', 'plugin', 'port'],
  ...['rename', 'restart', 'save', 'scout', 'secret', 'service', 'stack', 'stats', 'swarm', 'top', 'trust'],
  ...['unpause', 'update', 'volume'],
  ...['commit', 'cp', 'diff', 'export', 'pause', 'port', 'prune', 'rename', 'restart', 'stats'].map(inContainer),
  ...['top', 'unpause', 'update'].map(inContainer),
  ...['image build', 'image prune', 'image save'],
  ...['network connect', 'network create', 'network disconnect', 'network prune', 'network rm', 'network remove'],
  ...['system df', 'system dial-stdio', 'system events', 'system prune'],
])

/** Whether Docker has a command at `path` and Gantry does not. */
export function isNotDone(path: string): boolean {
  return NOT_DONE.has(path)
}

function inContainer(name: string): string {
  return `container ${name}`
}
