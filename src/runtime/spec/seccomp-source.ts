import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorText } from '#lib/errors'
import type { Logger } from '#lib/log'
import { compileSeccomp, hostFacts } from '#linux'
import type { LinuxSeccomp } from '#oci'
import { defaultSeccomp } from './seccomp.ts'
import { seccompProfile } from './seccomp-profile.ts'

export interface Seccomp {
  readonly policy: LinuxSeccomp
  /** The policy compiled; undefined where this host cannot, and the runtime has to. */
  readonly program: Buffer | undefined
}

/**
 * The default policy for a set of capabilities, compiled once for all containers that have the same. Compiled
 * programs are kept in the exec root, for the next daemon of this boot.
 */
export class SeccompSource {
  readonly #folder: string
  readonly #machine: string
  readonly #kernelVersion: readonly [number, number]
  readonly #log: Logger
  readonly #known = new Map<string, Seccomp>()

  constructor(options: { readonly execRoot: string; readonly machine: string; readonly log: Logger }) {
    this.#folder = join(options.execRoot, 'seccomp')
    this.#machine = options.machine
    this.#kernelVersion = hostFacts().kernelVersion
    this.#log = options.log
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
  }

  forCapabilities(capabilities: readonly string[]): Seccomp {
    const key = [...capabilities].sort().join()
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const policy = defaultSeccomp(capabilities, { machine: this.#machine })
    const made = { policy, program: this.#program(policy) }
    this.#known.set(key, made)
    return made
  }

  /** A profile of the container's own, which its runtime compiles. @throws InvalidArgument */
  ofProfile(text: string, capabilities: readonly string[]): LinuxSeccomp {
    return seccompProfile(text, { machine: this.#machine, kernelVersion: this.#kernelVersion, capabilities })
  }

  #program(policy: LinuxSeccomp): Buffer | undefined {
    const name = createHash('sha256').update(JSON.stringify(policy)).digest('hex')
    const path = join(this.#folder, name)
    try {
      return readFileSync(path)
    } catch {
      return this.#compile(policy, path)
    }
  }

  #compile(policy: LinuxSeccomp, path: string): Buffer | undefined {
    try {
      const program = compileSeccomp(policy, `${path}.scratch`)
      if (program === undefined) return undefined
      writeFileSync(`${path}.new`, program, { mode: 0o600 })
      renameSync(`${path}.new`, path)
      return program
    } catch (error) {
      this.#log.warn(`seccomp is compiled by the runtime, which is slower: ${errorText(error)}`)
      return undefined
    }
  }
}
