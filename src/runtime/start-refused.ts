import { GantryError } from '#lib/errors'

/**
 * The container could not be started. `exitCode` is what its record shows and what `docker run` exits with: 127 for a
 * command that is not there, 126 for one that cannot be run, 128 for the rest. The words "executable file not found",
 * "no such file or directory", "permission denied" and "is a directory" are what Docker's clients look for.
 */
export class StartRefused extends GantryError {
  readonly exitCode: 126 | 127 | 128

  constructor(message: string, exitCode: 126 | 127 | 128) {
    super(exitCode === 128 ? 'system' : 'invalid-argument', `failed to create task for container: ${message}`)
    this.exitCode = exitCode
  }
}

/** An exec could not be started, in Docker's words. `exitCode` is what it shows then, as with StartRefused. */
export class ExecRefused extends GantryError {
  readonly exitCode: 126 | 127 | 128

  constructor({ words, exitCode }: Refusal) {
    super(
      exitCode === 128 ? 'system' : 'invalid-argument',
      `OCI runtime exec failed: exec failed: unable to start container process: ${words}`,
    )
    this.exitCode = exitCode
  }
}

interface Refusal {
  readonly words: string
  readonly exitCode: 126 | 127 | 128
}

/** Reads the meaning out of what crun or runc says of the command `file`. */
export function startRefusal(message: string, file: string): StartRefused {
  const { words, exitCode } = readRefusal(message, file)
  return new StartRefused(words, exitCode)
}

/** The same of an exec. */
export function execRefusal(message: string, file: string): ExecRefused {
  const folder = /^chdir [`'"](.*)[`'"]: (.*)$/.exec(message)
  if (folder !== null) {
    const words = `chdir to cwd ("${folder[1]}") set in config.json failed: ${folder[2]?.toLowerCase()}`
    return new ExecRefused({ words, exitCode: 127 })
  }
  const { words, exitCode } = readRefusal(message, file)
  return new ExecRefused({
    words: words.replace(': is a directory: permission denied', ': permission denied'),
    exitCode,
  })
}

function readRefusal(message: string, file: string): Refusal {
  const words = message.replace(/^.*unable to start container process: /, '')
  // crun finds a folder of $PATH by the name of nothing.
  if (file === '' && /^open executable:/i.test(words)) {
    return { words: 'exec: "": executable file not found in $PATH', exitCode: 127 }
  }
  const missing = /executable file [`"']?(.*?)[`"']? not found in \$PATH/.exec(words)
  if (missing !== null) {
    const reason = file.includes('/') ? `stat ${file}: no such file or directory` : 'executable file not found in $PATH'
    return { words: `exec: "${file}": ${reason}`, exitCode: 127 }
  }
  if (/^open executable: operation not permitted/i.test(words)) {
    return { words: `exec: "${file}": is a directory: permission denied`, exitCode: 126 }
  }
  if (/^open executable: permission denied/i.test(words)) {
    return { words: `exec: "${file}": permission denied`, exitCode: 126 }
  }
  if (words.startsWith('exec: ')) return { words, exitCode: /permission denied|is a directory/.test(words) ? 126 : 127 }
  if (/not a directory/i.test(words)) {
    const hint =
      'Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type'
    return { words: `${words.replace(/Not a directory/, 'not a directory')}: ${hint}`, exitCode: 127 }
  }
  return { words, exitCode: 128 }
}
