import { InvalidArgument } from '#lib/errors'
import type { RootFolder, TerminalSize } from '#linux'
import type { SpecCapabilities, SpecProcess } from '#oci'
import { processEnvironment } from './environment.ts'
import { lookUpUser } from './user-lookup.ts'
import { checkWorkingFolder } from './working-folder.ts'

/** What an exec runs, as its creator asked for it; what it does not say is the container's. */
export interface ExecSettings {
  readonly args: readonly string[]
  /** The container's, then its own. */
  readonly env: readonly string[]
  readonly workingDir: string
  /** `USER[:GROUP]`; '' is that of the container's first process. */
  readonly user: string
  /** Of the container, beside those of the user. */
  readonly groups: readonly string[]
  /** Undefined without a terminal; zeros leave its size to the client. */
  readonly terminal: TerminalSize | undefined
  readonly hostname: string
  /** With every capability that there is; everything else that confines the container stays, as with Docker. */
  readonly privileged: boolean
}

/**
 * The process of an exec: the container's first one, as it was started, with what the exec asks for. Limits, seccomp and
 * no_new_privs are those of the container.
 * @throws InvalidArgument (user, working folder)
 */
export function execProcess(
  base: SpecProcess,
  settings: ExecSettings,
  facts: { readonly root: RootFolder; readonly everyCapability: readonly string[] },
): SpecProcess {
  if (settings.args[0] === undefined) throw new InvalidArgument('No exec command specified')
  const { terminal, hostname, args, workingDir } = settings
  checkWorkingFolder(facts.root, workingDir)
  const found = lookUpUser(facts.root, settings.user === '' ? String(base.user.uid) : settings.user, settings.groups)
  const user =
    settings.user === '' ? base.user : { uid: found.uid, gid: found.gid, additionalGids: found.additionalGids }
  const { consoleSize: _size, ...rest } = base
  return {
    ...rest,
    terminal: terminal !== undefined,
    ...(terminal === undefined ? {} : { consoleSize: { width: terminal.columns, height: terminal.rows } }),
    user,
    args,
    env: processEnvironment(settings.env, { hostname, terminal: terminal !== undefined, home: found.home }),
    cwd: workingDir,
    capabilities: capabilities(
      settings.privileged ? facts.everyCapability : (base.capabilities?.bounding ?? []),
      user.uid,
    ),
  }
}

/** Only root keeps them over execve; the inheritable and ambient sets stay empty (SAFETY S35). */
function capabilities(bounding: readonly string[], uid: number): SpecCapabilities {
  const held = uid === 0 ? bounding : []
  return { bounding, permitted: held, effective: held, inheritable: [], ambient: [] }
}
