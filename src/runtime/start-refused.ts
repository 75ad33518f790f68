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

/** Reads the meaning out of what crun or runc says of the command `file`. */
export function startRefusal(message: string, file: string): StartRefused {
  const words = message.replace(/^.*unable to start container process: /, '')
  // crun finds a folder of $PATH by the name of nothing.
  if (file === '' && /^open executable:/i.test(words)) {
    return new StartRefused('exec: "": executable file not found in $PATH', 127)
  }
  const missing = /executable file [`"']?(.*?)[`"']? not found in \$PATH/.exec(words)
  if (missing !== null) {
    const reason = file.includes('/') ? `stat ${file}: no such file or directory` : 'executable file not found in $PATH'
    return new StartRefused(`exec: "${file}": ${reason}`, 127)
  }
  if (/^open executable: operation not permitted/i.test(words)) {
    return new StartRefused(`exec: "${file}": is a directory: permission denied`, 126)
  }
  if (/^open executable: permission denied/i.test(words)) {
    return new StartRefused(`exec: "${file}": permission denied`, 126)
  }
  if (words.startsWith('exec: '))
    return new StartRefused(words, /permission denied|is a directory/.test(words) ? 126 : 127)
  if (/not a directory/i.test(words)) {
    const hint =
      'Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type'
    return new StartRefused(`${words.replace(/Not a directory/, 'not a directory')}: ${hint}`, 127)
  }
  return new StartRefused(words, 128)
}
