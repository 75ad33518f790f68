import { closeSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { errorCode } from '#lib/errors'
import { SyscallError } from './errno.ts'
import { checked, ioctl, pidfdGetfd, pidfdOpen, pidfdSendSignal, poll } from './ffi.ts'
import type { WaitStatus } from './reaper.ts'

/** struct pidfd_info of linux/pidfd.h up to and including exit_code. */
const PIDFD_INFO_BYTES = 64
const PIDFD_INFO_EXIT = 1 << 3
/** _IOWR(0xFF, 11, struct pidfd_info) */
const PIDFD_GET_INFO = ((3 << 30) | (PIDFD_INFO_BYTES << 16) | (0xff << 8) | 11) >>> 0
const EXIT_CODE_OFFSET = 60
const POLLIN = 1

/**
 * A handle on one process that stays on it although process ids are used again; see pidfd_open(2).
 * The start time tells whether a process id read from a record still means the same process.
 */
export class Pidfd implements Disposable {
  readonly #fd: number
  readonly pid: number

  /** For poll(2): readable once the process has ended. */
  get descriptor(): number {
    return this.#fd
  }

  private constructor(pid: number, fd: number) {
    this.pid = pid
    this.#fd = fd
  }

  /** Undefined where no such process is there, or one that began at another time than `startTime`. */
  static open(pid: number, startTime?: number): Pidfd | undefined {
    try {
      const handle = new Pidfd(pid, checked(pidfdOpen(pid, 0), 'pidfd_open', String(pid)))
      if (startTime === undefined || processStartTime(pid) === startTime) return handle
      handle[Symbol.dispose]()
      return undefined
    } catch (error) {
      if (error instanceof SyscallError && error.code === 'ESRCH') return undefined
      throw error
    }
  }

  /** False where the process has ended. */
  signal(signal: number): boolean {
    try {
      checked(pidfdSendSignal(this.#fd, signal), 'pidfd_send_signal', String(this.pid))
      return true
    } catch (error) {
      if (error instanceof SyscallError && error.code === 'ESRCH') return false
      throw error
    }
  }

  /** A copy of descriptor `fd` of that process. @throws SyscallError EBADF, EPERM, ESRCH */
  takeDescriptor(fd: number): number {
    return checked(pidfdGetfd(this.#fd, fd), 'pidfd_getfd', `${this.pid}:${fd}`)
  }

  hasEnded(): boolean {
    const fds = pollSet([this.#fd])
    return checked(poll(fds, 1, 0), 'poll') > 0
  }

  /**
   * How an ended process that is not our child ended: from its zombie, or once it is reaped from the handle itself.
   * Undefined for a reaped one where the kernel (before 6.15) does not keep it.
   */
  exitStatus(): WaitStatus | undefined {
    return this.#zombieStatus() ?? this.#keptStatus()
  }

  /** Field 52 of proc_pid_stat(5). */
  #zombieStatus(): WaitStatus | undefined {
    const fields = statFields(this.pid)
    if (fields?.[0] !== 'Z' || fields[49] === undefined) return undefined
    return statusOf(Number(fields[49]))
  }

  #keptStatus(): WaitStatus | undefined {
    const info = Buffer.alloc(PIDFD_INFO_BYTES)
    info.writeBigUInt64LE(BigInt(PIDFD_INFO_EXIT), 0)
    if (ioctl(this.#fd, PIDFD_GET_INFO, info) < 0) return undefined
    if ((Number(info.readBigUInt64LE(0)) & PIDFD_INFO_EXIT) === 0) return undefined
    return statusOf(info.readInt32LE(EXIT_CODE_OFFSET))
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

/** struct pollfd for each descriptor, asking for readability; see poll(2). */
export function pollSet(fds: readonly number[]): Buffer {
  const set = Buffer.alloc(fds.length * 8)
  fds.forEach((fd, at) => {
    set.writeInt32LE(fd, at * 8)
    set.writeInt16LE(POLLIN, at * 8 + 4)
  })
  return set
}

/** Clock ticks since boot at which a process began; undefined where it is gone. See proc_pid_stat(5), field 22. */
export function processStartTime(pid: number): number | undefined {
  const field = statFields(pid)?.[19]
  return field === undefined ? undefined : Number(field)
}

/** Fields of /proc/PID/stat from the third (state) on: the second may hold spaces. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return undefined
    throw error
  }
}

/** The macros of wait(2). */
function statusOf(raw: number): WaitStatus {
  const signal = raw & 0x7f
  return signal === 0 ? { kind: 'exited', code: (raw >> 8) & 0xff } : { kind: 'signaled', signal }
}

/** Number of a signal by any of the forms that `docker kill` takes: `9`, `KILL`, `SIGKILL`, `sigkill`, `RTMIN+3`. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text)
    return number >= 1 && number <= SIGRTMAX ? number : undefined
  }
  const name = text.toUpperCase().replace(/^SIG/, '')
  const realTime = /^RT(MIN|MAX)(?:([+-])(\d+))?$/.exec(name)
  if (realTime !== null) {
    const base = realTime[1] === 'MIN' ? SIGRTMIN : SIGRTMAX
    const offset = Number(realTime[3] ?? 0) * (realTime[2] === '-' ? -1 : 1)
    const number = base + offset
    return number >= SIGRTMIN && number <= SIGRTMAX ? number : undefined
  }
  return new Map<string, number>(Object.entries(constants.signals)).get(`SIG${name}`)
}

const SIGRTMIN = 34
const SIGRTMAX = 64
