import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Occurrence } from './accept.ts'
import type { JsonObject, ParityCase } from './case.ts'
import { compare } from './compare.ts'
import type { DockerProgram } from './peers/docker-peer.ts'
import { type Pair, startPair } from './peers/pair.ts'
import { runCase } from './run-case.ts'

export interface Compared {
  readonly findings: readonly Occurrence[]
  readonly gantry: JsonObject
  readonly docker: JsonObject
}

/** Gantry and one Docker, side by side, and a folder for what cases write. */
export class Session implements AsyncDisposable {
  readonly #program: DockerProgram
  readonly #pair: Pair
  readonly #scratch = mkdtempSync(join(tmpdir(), 'parity-'))

  private constructor(program: DockerProgram, pair: Pair) {
    this.#program = program
    this.#pair = pair
  }

  static async start(program: DockerProgram): Promise<Session> {
    return new Session(program, await startPair(program))
  }

  async compare(parityCase: ParityCase): Promise<Compared> {
    const { gantry: ours, docker: theirs } = this.#pair
    const how = { cli: this.#program.cli, apiVersion: theirs.apiVersion }
    const [gantry, docker] = await Promise.all([
      runCase(parityCase, ours, { ...how, scratch: join(this.#scratch, 'g') }),
      runCase(parityCase, theirs, { ...how, scratch: join(this.#scratch, 'd') }),
    ])
    const findings = compare(gantry, docker).map(finding => ({
      ...finding,
      peer: this.#program.name,
      case: parityCase.name,
    }))
    return { findings, gantry, docker }
  }

  /** What Gantry has logged, for the reader of a failure. */
  get log(): string {
    return this.#pair.gantry.log
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#scratch, { recursive: true, force: true })
    await this.#pair[Symbol.asyncDispose]()
  }
}
