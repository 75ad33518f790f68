import { constants } from 'node:os'

const TERMINATION = ['SIGINT', 'SIGTERM'] as const
/** Node would open its debugger at this one. */
const DEBUGGER = 'SIGUSR1'
/** So many of them end the program whatever it is doing. */
const PATIENCE = 3

/**
 * SIGINT and SIGTERM end a command by its signal, so that it can clean up behind itself; while somebody holds them they
 * belong to the container. The third ends the program in any case, as Docker's does. SIGUSR1 ends a command at once, as
 * it does any program that does not know it.
 */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController()
  readonly #giveUp: (message: string, code?: number) => void
  readonly #onDebugger = () => {
    if (this.#holders === 0) this.#giveUp('', codeOf(DEBUGGER))
  }
  readonly #listener = (name: NodeJS.Signals) => this.#receive(name)
  #holders = 0
  #count = 0
  #exitCode: number | undefined

  /** @param giveUp ends the program at once; without a code as one that failed */
  constructor(giveUp: (message: string, code?: number) => void) {
    this.#giveUp = giveUp
    for (const name of TERMINATION) process.on(name, this.#listener)
    process.on(DEBUGGER, this.#onDebugger)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Of the signal that ended the command: 128 and its number. */
  get exitCode(): number | undefined {
    return this.#exitCode
  }

  hold(): Disposable {
    this.#holders++
    return { [Symbol.dispose]: () => void this.#holders-- }
  }

  [Symbol.dispose](): void {
    for (const name of TERMINATION) process.off(name, this.#listener)
    process.off(DEBUGGER, this.#onDebugger)
  }

  #receive(name: NodeJS.Signals): void {
    this.#count++
    if (this.#count >= PATIENCE) this.#giveUp(`\ngot ${PATIENCE} SIGTERM/SIGINTs, forcefully exiting\n`)
    if (this.#holders > 0 || this.signal.aborted) return
    this.#exitCode = codeOf(name)
    this.#controller.abort()
  }
}

function codeOf(name: NodeJS.Signals): number {
  return 128 + constants.signals[name]
}
