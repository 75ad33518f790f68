import type { CgroupHost } from '#linux'
import type { Check } from './checks.ts'

/** What limits of containers are held by. */
const NEEDED_CONTROLLERS = ['cpu', 'cpuset', 'memory', 'pids']

/** The verdict on a host's control groups. Pure. */
export function checkCgroups({ mode, hierarchies, strayControllers }: CgroupHost): Check {
  const name = 'cgroups'
  if (mode === 'none') return { name, verdict: 'fail', detail: 'none mounted', fix: 'mount cgroup2 at /sys/fs/cgroup' }
  const present = new Set(hierarchies.flatMap(tree => tree.controllers))
  const missing = NEEDED_CONTROLLERS.filter(controller => !present.has(controller))
  if (missing.length > 0) {
    return {
      name,
      verdict: 'warn',
      detail: `${mode} without ${missing.join(', ')}: no container can be limited by it`,
      fix: `boot with ${missing.map(controller => `cgroup_enable=${controller}`).join(' ')}, or delegate it to us`,
    }
  }
  if (strayControllers.length === 0) return { name, verdict: 'ok', detail: mode }
  return {
    name,
    verdict: 'warn',
    detail: `hybrid, and the v2 tree holds ${strayControllers.join(', ')}: crun refuses such a host`,
    fix: 'nothing: the daemon moves it to a v1 tree of its own when it starts, or uses runc',
  }
}
