import type { Readable, Writable } from 'node:stream'
import { escapeControls } from './escape.ts'

/** Help is folded at this width where it does not go to a terminal. */
const WIDTH_ELSEWHERE = 80

/** Where a command's text goes. */
export interface Output {
  /** For what belongs to a container, byte by byte as it comes. */
  readonly raw: Writable
  readonly isTerminal: boolean
  /** Size of the terminal; undefined where it is none, or says none. */
  readonly size: { readonly rows: number; readonly columns: number } | undefined
  /** Whether colours may be used: on a terminal, unless NO_COLOR says otherwise. */
  readonly hasColor: boolean
  /** Text of this program with foreign words in it; a terminal gets control characters as escapes. */
  write(text: string): void
  line(text: string): void
  /** Resolves when all of it has left this process. */
  flushed(): Promise<void>
}

export interface Streams {
  readonly in: Input
  readonly out: Output
  readonly err: Output
  readonly helpWidth: number
}

export interface Input {
  /** Opened by the first who asks. */
  readonly raw: Readable
  readonly isTerminal: boolean
  /** Lets a terminal hand over every key as it is pressed, or no longer. */
  setRawMode(raw: boolean): void
}

/** What a process offers. */
export interface Process {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Terminal extends Writable {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

export function streamsOf(own: Process): Streams {
  const mayColor = (own.env['NO_COLOR'] ?? '') === '' && own.env['TERM'] !== 'dumb'
  const out = output(own.stdout, mayColor)
  return {
    in: {
      get raw() {
        return own.stdin
      },
      get isTerminal() {
        return own.stdin.isTTY === true
      },
      setRawMode: raw => void own.stdin.setRawMode?.(raw),
    },
    out,
    err: output(own.stderr, mayColor),
    helpWidth: out.size?.columns ?? WIDTH_ELSEWHERE,
  }
}

function output(stream: Terminal, mayColor: boolean): Output {
  const isTerminal = stream.isTTY === true
  const write = (text: string) => void stream.write(isTerminal ? escapeControls(text) : text)
  return {
    raw: stream,
    isTerminal,
    get size() {
      const { rows = 0, columns = 0 } = stream
      return isTerminal && rows > 0 && columns > 0 ? { rows, columns } : undefined
    },
    hasColor: isTerminal && mayColor,
    write,
    line: text => write(`${text}\n`),
    flushed: () => new Promise(resolve => void stream.write('', () => resolve())),
  }
}
