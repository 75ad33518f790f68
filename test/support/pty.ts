import { spawn } from 'node:child_process'

/** Runs a program on a terminal of its own (util-linux script(1)) and types into it. */
export interface Terminal extends Disposable {
  /** Resolves when the output so far matches, with all of it. */
  until(pattern: RegExp): Promise<string>
  type(text: string): void
  /** The program's exit code. */
  readonly ended: Promise<number | null>
  readonly output: string
}

const PATIENCE_MS = 15_000

/** `args` must not hold quotes: script(1) takes a command line. */
export function onTerminal(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Terminal {
  const command = [file, ...args].map(word => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of waiting) look()
  }
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    wake()
  })
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  void ended.then(wake)
  return {
    until: pattern =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => settle(new Error(`no ${pattern} within ${PATIENCE_MS} ms in:\n${output}`)),
          PATIENCE_MS,
        )
        const settle = (error?: Error) => {
          clearTimeout(timer)
          waiting.delete(look)
          if (error === undefined) resolve(output)
          else reject(error)
        }
        const look = () => {
          if (pattern.test(output)) settle()
          else if (child.exitCode !== null) settle(new Error(`it ended without ${pattern}:\n${output}`))
        }
        waiting.add(look)
        look()
      }),
    type: text => void child.stdin.write(text),
    ended,
    get output() {
      return output
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}
