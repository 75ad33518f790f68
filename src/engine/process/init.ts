import type { SpecMount } from '#oci'

/** Where the small init is in a container, as with Docker. */
const INIT_PATH = '/sbin/docker-init'

/** A command with the init before it. */
export function behindInit(command: readonly string[]): string[] {
  return [INIT_PATH, '--', ...command]
}

/** `program` is the host's. */
export function initMount(program: string): SpecMount {
  return { destination: INIT_PATH, type: 'bind', source: program, options: ['bind', 'ro'] }
}
