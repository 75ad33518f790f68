import type { Client, ConfigFile, Endpoint, Environment } from '#client'
import type { Interrupts } from '../io/interrupts.ts'
import type { Streams } from '../io/streams.ts'
import type { ManifestRegistry, ManifestRegistryOptions } from '../manifest/remote.ts'
import type { Tree } from './tree.ts'

/** What the composition root gives to the command line. */
export interface Host {
  /** This program's version. */
  readonly version: string
  /** Commands of this program that are no business of this room (`daemon`, `doctor`), by their names. */
  readonly programs: Readonly<Record<string, Program>>
  /**
   * Stops the terminal from rewriting line ends in output, which Node's raw mode leaves on. Setting the mode anew
   * undoes it.
   */
  stopOutputProcessing(): Promise<void>
  /** Runs a program that keeps credentials; what it printed. @throws SystemError with its words */
  runCredentialProgram(program: CredentialProgram): Promise<string>
  /** A registry that commands speak to themselves. */
  openManifestRegistry(options: ManifestRegistryOptions): Promise<ManifestRegistry>
}

export interface CredentialProgram {
  /** The last part of its name: `docker-credential-NAME`. */
  readonly name: string
  readonly verb: 'get' | 'store' | 'erase'
  /** What it reads. */
  readonly input: string
}

export interface Program {
  readonly summary: string
  run(args: readonly string[]): Promise<void>
}

/** The engine that this call is for. */
export interface Connection {
  readonly client: Client
  readonly endpoint: Endpoint
  readonly config: ConfigFile
}

/** Everything around a call of a command. */
export interface Context {
  readonly streams: Streams
  readonly env: Environment
  readonly host: Host
  readonly tree: Tree
  readonly isDebug: boolean
  /** The name of the command as help shows it: `run`, `image ls`. */
  readonly path: string
  readonly interrupts: Interrupts
  /** Finds the engine with the first call; sends nothing. The requests of its client end with an interrupt. @throws GantryError */
  connect(): Promise<Connection>
}
