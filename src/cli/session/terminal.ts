import type { TerminalSize } from '#api'
import type { Input, Output } from '../io/streams.ts'
import type { Host } from '../program/context.ts'

const RESIZE_ATTEMPTS = 10
const RESIZE_AGAIN_MS = 10

/**
 * Hands every key of the terminal on as it is pressed, until disposed of. Node sets the mode back when the process
 * ends, by whatever it can see coming: exit, crash, SIGINT and SIGTERM.
 */
export async function rawTerminal(input: Input, host: Host): Promise<Disposable> {
  input.setRawMode(true)
  const terminal = { [Symbol.dispose]: () => input.setRawMode(false) }
  try {
    await host.stopOutputProcessing()
    return terminal
  } catch (error) {
    terminal[Symbol.dispose]()
    throw error
  }
}

/** What has terminals: containers, or execs. */
export interface Resizable {
  resize(id: string, size: TerminalSize): Promise<unknown>
}

/** Gives the terminal of a container or exec the size of ours, now and whenever ours changes, until disposed of. */
export function followSize(owners: Resizable, id: string, output: Output, tell: (problem: string) => void): Disposable {
  const resize = async (): Promise<void> => {
    if (output.size !== undefined) await owners.resize(id, output.size)
  }
  const again = (): void => void resize().catch(() => {})
  process.on('SIGWINCH', again)
  resizeFirst(resize).catch(() => tell('failed to resize tty, using default size'))
  return { [Symbol.dispose]: () => void process.off('SIGWINCH', again) }
}

/** The first process of a container may not be there yet when its start is answered. */
async function resizeFirst(resize: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await resize()
      return
    } catch (error) {
      if (attempt > RESIZE_ATTEMPTS) throw error
      await new Promise(resolve => void setTimeout(resolve, attempt * RESIZE_AGAIN_MS).unref())
    }
  }
}
