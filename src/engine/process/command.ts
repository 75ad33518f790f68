import { InvalidArgument } from '#lib/errors'
import type { ContainerDefaults } from '#oci'

/** What runs: entrypoint and command, each the container's own or the image's. */
export interface Command {
  readonly entrypoint: string[] | null
  readonly cmd: string[] | null
}

/**
 * An entrypoint of the container's own drops the image's command; `['']` drops both, `[]` the image's entrypoint alone.
 * @throws InvalidArgument where nothing is left to run, in Docker's words
 */
export function resolveCommand(own: Command, image: Pick<ContainerDefaults, 'entrypoint' | 'cmd'>): Command {
  const resetsEntrypoint = own.entrypoint?.length === 1 && own.entrypoint[0] === ''
  const { entrypoint } = own
  const dropsCommand = resetsEntrypoint || (entrypoint !== null && entrypoint.length > 0)
  const hasOwnCommand = own.cmd !== null && own.cmd.length > 0
  const imageCommand = dropsCommand ? null : (image.cmd?.slice() ?? null)
  const resolved = {
    entrypoint: resetsEntrypoint ? null : (entrypoint ?? image.entrypoint?.slice() ?? null),
    cmd: hasOwnCommand ? own.cmd : imageCommand,
  }
  if ((resolved.entrypoint ?? []).length === 0 && (resolved.cmd ?? []).length === 0) {
    throw new InvalidArgument('no command specified')
  }
  return resolved
}
